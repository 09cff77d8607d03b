/* Source: RM0454, RCC and FLASH; RM0444 for G0B1. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE_Msk)
#define PLL_FACTORS                                                                                                            \
  (RCC_PLLCFGR_PLLSRC_Msk | RCC_PLLCFGR_PLLM_Msk | RCC_PLLCFGR_PLLN_Msk | RCC_PLLCFGR_PLLP_Msk | RCC_PLLCFGR_PLLR_Msk)
/* VCO = 16 MHz / 1 * 8 = 128 MHz; R = /2; P = /2, unused, is what generated code asks for. */
#define PLL_64MHZ                                                                                                              \
  (RCC_PLLCFGR_PLLSRC_HSI16 << RCC_PLLCFGR_PLLSRC_Pos | (1u - 1u) << RCC_PLLCFGR_PLLM_Pos | 8u << RCC_PLLCFGR_PLLN_Pos |       \
   (2u - 1u) << RCC_PLLCFGR_PLLP_Pos | (2u - 1u) << RCC_PLLCFGR_PLLR_Pos)
/* RM0454, FLASH, wait states in voltage range 1: none up to 24 MHz, one up to 48 MHz, two up to 64 MHz. */
#define LATENCY_16MHZ 0u
#define LATENCY_64MHZ 2u

static void hsi16_on(void) { switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY); }

/* 64 MHz needs voltage range 1 (RM0454, PWR, dynamic voltage scaling); it is the reset state, but a caller may have left range 2. */
static void voltage_range1(void)
{
  enable_clock(&RCC->APBENR1, RCC_APBENR1_PWREN);
  PWR->CR1 = (PWR->CR1 & ~PWR_CR1_VOS_Msk) | PWR_CR1_VOS_RANGE1 << PWR_CR1_VOS_Pos;
  while (PWR->SR2 & PWR_SR2_VOSF) {
  }
}

void clock_plain(void)
{
  hsi16_on();
  RCC->CR &= ~RCC_CR_HSIDIV_Msk;
  select_sysclk(RCC_CFGR_SW_HSISYS, PRESCALERS, 0);
  set_latency(LATENCY_16MHZ);
}

/*
 * Source: HAL_RCC_OscConfig of ST's G0 HAL, as described in its reports (stm32duino issue 1637 and PR 1653): with the PLL as SYSCLK
 * the HAL compares source and factors and returns HAL_ERROR when any differs; equal ones are accepted.
 */
__attribute__((noinline)) bool hal_rcc_osc_config_refusal(void)
{
  return sysclk_source() == RCC_CFGR_SW_PLLRCLK && ((RCC->PLLCFGR ^ PLL_64MHZ) & PLL_FACTORS) != 0;
}

bool clock_fast(void)
{
  if (hal_rcc_osc_config_refusal()) {
    return false;
  }
  if (sysclk_source() != RCC_CFGR_SW_PLLRCLK) {
    voltage_range1();
    hsi16_on();
    pll_off();
    RCC->PLLCFGR = PLL_64MHZ;
    RCC->CR |= RCC_CR_PLLON;
    RCC->PLLCFGR |= RCC_PLLCFGR_PLLREN;
    while (!(RCC->CR & RCC_CR_PLLRDY)) {
    }
  }
  set_latency(LATENCY_64MHZ);
  select_sysclk(RCC_CFGR_SW_PLLRCLK, PRESCALERS, 0);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's G0 HAL): the flash latency and the enabled peripheral clocks are not part of it. */
uint32_t clock_deinit(void)
{
  hsi16_on();
  RCC->ICSCR = (RCC->ICSCR & ~RCC_ICSCR_HSITRIM_Msk) | RCC_ICSCR_HSITRIM_RESET;
  RCC->CFGR = 0;
  while (sysclk_source() != RCC_CFGR_SW_HSISYS) {
  }
  RCC->CR = RCC_CR_HSION;
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
  RCC->PLLCFGR = RCC_PLLCFGR_RESET_VALUE;
  RCC->CIER = 0;
  RCC->CICR = 0xFFFFFFFFu;
  return FAMILY_RESET_HZ;
}
