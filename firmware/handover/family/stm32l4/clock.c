/* Source: RM0351, RCC, PWR and FLASH. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE1_Msk | RCC_CFGR_PPRE2_Msk)
#define PLL_FACTORS                                                                                                            \
  (RCC_PLLCFGR_PLLSRC_Msk | RCC_PLLCFGR_PLLM_Msk | RCC_PLLCFGR_PLLN_Msk | RCC_PLLCFGR_PLLP | RCC_PLLCFGR_PLLQ_Msk |            \
   RCC_PLLCFGR_PLLR_Msk)
/* VCO = 16 MHz / 1 * 10 = 160 MHz; R = /2; P = /7 and Q = /2, unused, are what generated code asks for. */
#define PLL_80MHZ                                                                                                              \
  (RCC_PLLCFGR_PLLSRC_HSI16 << RCC_PLLCFGR_PLLSRC_Pos | (1u - 1u) << RCC_PLLCFGR_PLLM_Pos | 10u << RCC_PLLCFGR_PLLN_Pos |      \
   (2u / 2u - 1u) << RCC_PLLCFGR_PLLQ_Pos | (2u / 2u - 1u) << RCC_PLLCFGR_PLLR_Pos)
/* RM0351, FLASH, wait states in voltage range 1: one more for each 16 MHz, four up to 80 MHz. */
#define LATENCY_4MHZ 0u
#define LATENCY_80MHZ 4u

/* MSIRANGE is written while MSI is ready or off; MSIRGSEL makes it count (RM0351, RCC_CR). */
static void msi_4mhz_on(void)
{
  switch_on(&RCC->CR, RCC_CR_MSION, RCC_CR_MSIRDY);
  RCC->CR = (RCC->CR & ~RCC_CR_MSIRANGE_Msk) | RCC_CR_MSIRANGE_4MHZ << RCC_CR_MSIRANGE_Pos | RCC_CR_MSIRGSEL;
  while (!(RCC->CR & RCC_CR_MSIRDY)) {
  }
}

/* 80 MHz need voltage range 1; it is the reset state, but a caller may have left range 2. */
static void voltage_range1(void)
{
  enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_PWREN);
  PWR->CR1 = (PWR->CR1 & ~PWR_CR1_VOS_Msk) | PWR_CR1_VOS_RANGE1 << PWR_CR1_VOS_Pos;
  while (PWR->SR2 & PWR_SR2_VOSF) {
  }
}

void clock_plain(void)
{
  msi_4mhz_on();
  select_sysclk(RCC_CFGR_SW_MSI, PRESCALERS, 0);
  set_latency(LATENCY_4MHZ);
}

/*
 * Source: HAL_RCC_OscConfig of ST's L4 HAL: with the PLL as SYSCLK it compares source and factors and returns HAL_ERROR when any
 * differs; equal ones are accepted.
 */
__attribute__((noinline)) bool hal_rcc_osc_config_refusal(void)
{
  return sysclk_source() == RCC_CFGR_SW_PLL && ((RCC->PLLCFGR ^ PLL_80MHZ) & PLL_FACTORS) != 0;
}

bool clock_fast(void)
{
  if (hal_rcc_osc_config_refusal()) {
    return false;
  }
  if (sysclk_source() != RCC_CFGR_SW_PLL) {
    voltage_range1();
    switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY);
    pll_off();
    RCC->PLLCFGR = PLL_80MHZ;
    RCC->CR |= RCC_CR_PLLON;
    RCC->PLLCFGR |= RCC_PLLCFGR_PLLREN;
    while (!(RCC->CR & RCC_CR_PLLRDY)) {
    }
  }
  set_latency(LATENCY_80MHZ);
  select_sysclk(RCC_CFGR_SW_PLL, PRESCALERS, 0);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's L4 HAL): the flash latency and the enabled peripheral clocks are not part of it. */
uint32_t clock_deinit(void)
{
  msi_4mhz_on();
  RCC->CFGR = 0;
  while (sysclk_source() != RCC_CFGR_SW_MSI) {
  }
  RCC->CR &= ~(RCC_CR_HSEON | RCC_CR_HSION | RCC_CR_HSIKERON | RCC_CR_HSIASFS | RCC_CR_CSSON | RCC_CR_PLLON | RCC_CR_PLLSAI1ON |
               RCC_CR_PLLSAI2ON);
  while (RCC->CR & (RCC_CR_PLLRDY | RCC_CR_PLLSAI1RDY | RCC_CR_PLLSAI2RDY)) {
  }
  RCC->PLLCFGR = RCC_PLLCFGR_RESET_VALUE;
  RCC->PLLSAI1CFGR = RCC_PLLCFGR_RESET_VALUE;
  RCC->PLLSAI2CFGR = RCC_PLLCFGR_RESET_VALUE;
  RCC->CR &= ~RCC_CR_HSEBYP; /* not to be written while HSE is on */
  RCC->CIER = 0;
  RCC->CICR = 0xFFFFFFFFu;
  return FAMILY_RESET_HZ;
}
