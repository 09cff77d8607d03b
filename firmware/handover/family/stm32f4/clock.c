/* Source: RM0383, RCC, PWR and FLASH. */
#include "clock.h"

#include "clock-steps.h"

#define PRESCALERS (RCC_CFGR_HPRE_Msk | RCC_CFGR_PPRE1_Msk | RCC_CFGR_PPRE2_Msk)
#define PLL_FACTORS                                                                                                            \
  (RCC_PLLCFGR_PLLSRC_HSE | RCC_PLLCFGR_PLLM_Msk | RCC_PLLCFGR_PLLN_Msk | RCC_PLLCFGR_PLLP_Msk | RCC_PLLCFGR_PLLQ_Msk)
/* VCO = 200 MHz, from 2 MHz (HSI 16 MHz / 8) or 1 MHz (crystal of n MHz / n); P = /2; Q = /4, unused. */
#define PLL_P_AND_Q ((2u / 2u - 1u) << RCC_PLLCFGR_PLLP_Pos | 4u << RCC_PLLCFGR_PLLQ_Pos)
#ifdef PART_HSE_MHZ
#define PLL_100MHZ                                                                                                             \
  (RCC_PLLCFGR_PLLSRC_HSE | PART_HSE_MHZ << RCC_PLLCFGR_PLLM_Pos | 200u << RCC_PLLCFGR_PLLN_Pos | PLL_P_AND_Q)
#else
#define PLL_100MHZ (8u << RCC_PLLCFGR_PLLM_Pos | 100u << RCC_PLLCFGR_PLLN_Pos | PLL_P_AND_Q)
#endif
/* RM0383, FLASH, wait states at 2.7 V to 3.6 V: none up to 30 MHz, one up to 64 MHz, two up to 90 MHz, three up to 100 MHz. */
#define LATENCY_16MHZ 0u
#define LATENCY_100MHZ 3u

static void hsi_on(void) { switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY); }

static void pll_source_on(void)
{
#ifdef PART_HSE_MHZ
  switch_on(&RCC->CR, RCC_CR_HSEON, RCC_CR_HSERDY);
#else
  hsi_on();
#endif
}

void clock_plain(void)
{
  hsi_on();
  select_sysclk(RCC_CFGR_SW_HSI, PRESCALERS, 0);
  set_latency(LATENCY_16MHZ);
}

/*
 * Source: HAL_RCC_OscConfig of ST's F4 HAL: with the PLL as SYSCLK it compares source and factors and returns HAL_ERROR when any
 * differs; equal ones are accepted.
 */
__attribute__((noinline)) bool hal_rcc_osc_config_refusal(void)
{
  return sysclk_source() == RCC_CFGR_SW_PLL && ((RCC->PLLCFGR ^ PLL_100MHZ) & PLL_FACTORS) != 0;
}

/* 100 MHz need scale 1, which is chosen while the PLL is off and comes into force when it is on (RM0383, PWR_CR.VOS). */
static void pll_100mhz_on(void)
{
  pll_off();
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_PWREN);
  PWR->CR = (PWR->CR & ~PWR_CR_VOS_Msk) | PWR_CR_VOS_SCALE1 << PWR_CR_VOS_Pos;
  RCC->PLLCFGR = PLL_100MHZ;
  switch_on(&RCC->CR, RCC_CR_PLLON, RCC_CR_PLLRDY);
  while (!(PWR->CSR & PWR_CSR_VOSRDY)) {
  }
}

bool clock_fast(void)
{
  if (hal_rcc_osc_config_refusal()) {
    return false;
  }
  if (sysclk_source() != RCC_CFGR_SW_PLL) {
    pll_source_on();
    pll_100mhz_on();
  }
  set_latency(LATENCY_100MHZ);
  select_sysclk(RCC_CFGR_SW_PLL, PRESCALERS, RCC_CFGR_PPRE1_DIV2 << RCC_CFGR_PPRE1_Pos);
  return true;
}

/* In the order of HAL_RCC_DeInit (ST's F4 HAL): the flash latency and the enabled peripheral clocks are not part of it. */
uint32_t clock_deinit(void)
{
  hsi_on();
  RCC->CR = (RCC->CR & ~RCC_CR_HSITRIM_Msk) | RCC_CR_HSITRIM_RESET;
  RCC->CFGR = 0;
  while (sysclk_source() != RCC_CFGR_SW_HSI) {
  }
  RCC->CR &= ~(RCC_CR_HSEON | RCC_CR_CSSON);
  while (RCC->CR & RCC_CR_HSERDY) {
  }
  RCC->CR &= ~RCC_CR_HSEBYP; /* not to be written while HSE is on */
  pll_off();
  RCC->CR &= ~RCC_CR_PLLI2SON;
  while (RCC->CR & RCC_CR_PLLI2SRDY) {
  }
  RCC->PLLCFGR = RCC_PLLCFGR_RESET_VALUE;
  RCC->PLLI2SCFGR = RCC_PLLI2SCFGR_RESET_VALUE;
  RCC->CIR = 0x00BF0000u; /* no interrupt enabled, every flag cleared */
  RCC->CSR &= ~RCC_CSR_LSION;
  return FAMILY_RESET_HZ;
}
