/* Source: RM0091, RCC and FLASH. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE_Msk)
#define PLL_FACTORS (RCC_CFGR_PLLSRC_Msk | RCC_CFGR_PLLMUL_Msk)
/* HSI / 2 * 12 */
#define PLL_48MHZ (RCC_CFGR_PLLSRC_HSI_DIV2 << RCC_CFGR_PLLSRC_Pos | (12u - 2u) << RCC_CFGR_PLLMUL_Pos)
/* RM0091, FLASH, wait states: none up to 24 MHz, one up to 48 MHz. */
#define LATENCY_8MHZ 0u
#define LATENCY_48MHZ 1u

static void hsi_on(void) { switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY); }

void clock_plain(void)
{
  hsi_on();
  select_sysclk(RCC_CFGR_SW_HSI, PRESCALERS, 0);
  set_latency(LATENCY_8MHZ);
}

/*
 * Source: HAL_RCC_OscConfig of ST's F0 HAL: with the PLL as SYSCLK it compares source, multiplier and predivider and returns HAL_ERROR
 * when any differs; equal ones are accepted. The ROM's HSI48 as SYSCLK is no reason to refuse.
 */
__attribute__((noinline)) bool hal_rcc_osc_config_refusal(void)
{
  return sysclk_source() == RCC_CFGR_SW_PLL &&
         (((RCC->CFGR ^ PLL_48MHZ) & PLL_FACTORS) != 0 || (RCC->CFGR2 & RCC_CFGR2_PREDIV_Msk) != 0);
}

bool clock_fast(void)
{
  if (hal_rcc_osc_config_refusal()) {
    return false;
  }
  if (sysclk_source() != RCC_CFGR_SW_PLL) {
    hsi_on();
    pll_off();
    RCC->CFGR2 &= ~RCC_CFGR2_PREDIV_Msk;
    RCC->CFGR = (RCC->CFGR & ~PLL_FACTORS) | PLL_48MHZ;
    switch_on(&RCC->CR, RCC_CR_PLLON, RCC_CR_PLLRDY);
  }
  set_latency(LATENCY_48MHZ);
  select_sysclk(RCC_CFGR_SW_PLL, PRESCALERS, 0);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's F0 HAL), which leaves RCC_CR2 alone: HSI48 runs on, when the ROM has started it. */
uint32_t clock_deinit(void)
{
  hsi_on();
  RCC->CR = (RCC->CR & ~RCC_CR_HSITRIM_Msk) | RCC_CR_HSITRIM_RESET;
  RCC->CFGR &= ~(RCC_CFGR_SW_Msk | PRESCALERS);
  while (sysclk_source() != RCC_CFGR_SW_HSI) {
  }
  RCC->CR &= ~(RCC_CR_HSEON | RCC_CR_CSSON | RCC_CR_PLLON);
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
  RCC->CR &= ~RCC_CR_HSEBYP; /* not to be written while HSE is on */
  RCC->CFGR = 0;             /* the PLL's factors take a write only while it is off */
  RCC->CFGR2 = 0;
  RCC->CFGR3 = 0;
  RCC->CIR = 0x00FF0000u; /* no interrupt enabled, every flag cleared */
  return FAMILY_RESET_HZ;
}
