/* Source: RM0490, RCC and FLASH. There is no PLL: HSI48 goes through a divider. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE_Msk)
#define HSI_HZ 48000000u
/* RM0490, FLASH, wait states: none up to 24 MHz, one up to 48 MHz. */
#define LATENCY_12MHZ 0u
#define LATENCY_48MHZ 1u

static void hsi48_on(void) { switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY); }

static void divide_hsi(uint32_t hsidiv)
{
  RCC->CR = (RCC->CR & ~RCC_CR_HSIDIV_Msk) | hsidiv << RCC_CR_HSIDIV_Pos;
}

void clock_plain(void)
{
  hsi48_on();
  divide_hsi(RCC_CR_HSIDIV_RESET);
  select_sysclk(RCC_CFGR_SW_HSISYS, PRESCALERS, 0);
  set_latency(LATENCY_12MHZ);
}

bool clock_fast(void)
{
  hsi48_on();
  set_latency(LATENCY_48MHZ);
  divide_hsi(0);
  select_sysclk(RCC_CFGR_SW_HSISYS, PRESCALERS, 0);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's C0 HAL), which puts back neither HSIDIV nor the USB oscillator. */
uint32_t clock_deinit(void)
{
  hsi48_on();
  RCC->ICSCR = (RCC->ICSCR & ~RCC_ICSCR_HSITRIM_Msk) | RCC_ICSCR_HSITRIM_RESET;
  RCC->CFGR = 0;
  while (sysclk_source() != RCC_CFGR_SW_HSISYS) {
  }
  RCC->CR &= ~(RCC_CR_HSEON | RCC_CR_CSSON);
  RCC->CR &= ~RCC_CR_HSEBYP; /* not to be written while HSE is on */
  RCC->CIER = 0;
  RCC->CICR = 0xFFFFFFFFu;
  return HSI_HZ >> ((RCC->CR & RCC_CR_HSIDIV_Msk) >> RCC_CR_HSIDIV_Pos);
}
