/* Source: RM0377 and RM0367, RCC, PWR and FLASH. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE1_Msk | RCC_CFGR_PPRE2_Msk)
#define PLL_FACTORS (RCC_CFGR_PLLSRC_HSE | RCC_CFGR_PLLMUL_Msk | RCC_CFGR_PLLDIV_Msk)
/* VCO = HSI16 * 4 = 64 MHz; / 2 */
#define PLL_32MHZ (RCC_CFGR_PLLMUL_4 << RCC_CFGR_PLLMUL_Pos | (2u - 1u) << RCC_CFGR_PLLDIV_Pos)
/* RM0377, FLASH, wait states: one up to 32 MHz in voltage range 1, and up to 16 MHz in range 2, that of the reset. */
#define LATENCY_16MHZ 1u
#define LATENCY_32MHZ 1u

static void hsi16_on(void)
{
  switch_on(&RCC->CR, RCC_CR_HSI16ON, RCC_CR_HSI16RDYF);
  RCC->CR &= ~RCC_CR_HSI16DIVEN;
  while (RCC->CR & RCC_CR_HSI16DIVF) {
  }
}

static void msi_2mhz_on(void)
{
  switch_on(&RCC->CR, RCC_CR_MSION, RCC_CR_MSIRDY);
  RCC->ICSCR = (RCC->ICSCR & ~RCC_ICSCR_MSIRANGE_Msk) | RCC_ICSCR_MSIRANGE_2097KHZ << RCC_ICSCR_MSIRANGE_Pos;
  while (!(RCC->CR & RCC_CR_MSIRDY)) {
  }
}

/* After a reset the core is in range 2, good for 16 MHz. Range 1 needs VDD above 1.71 V, as the boards have it. */
static void voltage_range1(void)
{
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_PWREN);
  while (PWR->CSR & PWR_CSR_VOSF) {
  }
  PWR->CR = (PWR->CR & ~PWR_CR_VOS_Msk) | PWR_CR_VOS_RANGE1 << PWR_CR_VOS_Pos;
  while (PWR->CSR & PWR_CSR_VOSF) {
  }
}

void clock_plain(void)
{
  hsi16_on();
  set_latency(LATENCY_16MHZ);
  select_sysclk(RCC_CFGR_SW_HSI16, PRESCALERS, 0);
}

/*
 * Source: HAL_RCC_OscConfig of ST's L0 HAL: with the PLL as SYSCLK it compares source, multiplier and divider and returns HAL_ERROR
 * when any differs; equal ones are accepted.
 */
__attribute__((noinline)) bool hal_rcc_osc_config_refusal(void)
{
  return sysclk_source() == RCC_CFGR_SW_PLL && ((RCC->CFGR ^ PLL_32MHZ) & PLL_FACTORS) != 0;
}

bool clock_fast(void)
{
  if (hal_rcc_osc_config_refusal()) {
    return false;
  }
  if (sysclk_source() != RCC_CFGR_SW_PLL) {
    voltage_range1();
    hsi16_on();
    pll_off();
    RCC->CFGR = (RCC->CFGR & ~PLL_FACTORS) | PLL_32MHZ;
    switch_on(&RCC->CR, RCC_CR_PLLON, RCC_CR_PLLRDY);
  }
  set_latency(LATENCY_32MHZ);
  select_sysclk(RCC_CFGR_SW_PLL, PRESCALERS, 0);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's L0 HAL): flash latency, voltage range and peripheral clocks are not part of it. */
uint32_t clock_deinit(void)
{
  msi_2mhz_on();
  RCC->ICSCR = (RCC->ICSCR & ~RCC_ICSCR_HSI16TRIM_Msk) | RCC_ICSCR_HSI16TRIM_RESET;
  RCC->CFGR &= ~(RCC_CFGR_SW_Msk | PRESCALERS);
  while (sysclk_source() != RCC_CFGR_SW_MSI) {
  }
  RCC->CR &= ~(RCC_CR_HSI16ON | RCC_CR_HSI16KERON | RCC_CR_HSI16DIVEN | RCC_CR_HSEON | RCC_CR_CSSHSEON | RCC_CR_PLLON);
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
  RCC->CR &= ~RCC_CR_HSEBYP; /* not to be written while HSE is on */
  RCC->CFGR = 0;             /* the PLL's factors take a write only while it is off */
  RCC->CIER = 0;
  RCC->CICR = 0xFFFFFFFFu;
  return FAMILY_RESET_HZ;
}
