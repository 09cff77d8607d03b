/*
 * F411: 48 MHz are output Q of the PLL, from HSE, beside HSI as SYSCLK. `start.clock fast` wants the PLL for itself: then there is no USB.
 * Source: RM0383, RCC.
 */
#include "clock-steps.h"
#include "usb/family.h"

#define PIN_DM 11u
#define PIN_DP 12u
#define FUNCTION_OTG_FS 10u
/* HSE starts within some ms (DS10314). Each round takes 8 cycles or more at 16 MHz. */
#define HSE_ROUNDS (FAMILY_PLAIN_HZ / 1000u * 100u / 8u)
/* VCO = 192 MHz, from 1 MHz; P = /4, unused; Q = /4. */
#define PLL_48MHZ                                                                                                              \
  (RCC_PLLCFGR_PLLSRC_HSE | PART_USB_HSE_MHZ << RCC_PLLCFGR_PLLM_Pos | 192u << RCC_PLLCFGR_PLLN_Pos |                          \
   (4u / 2u - 1u) << RCC_PLLCFGR_PLLP_Pos | 4u << RCC_PLLCFGR_PLLQ_Pos)

static bool hse_on(void)
{
#ifdef PART_USB_HSE_IS_A_CLOCK
  if (!(RCC->CR & RCC_CR_HSEON)) {
    RCC->CR |= RCC_CR_HSEBYP;
  }
#endif
  RCC->CR |= RCC_CR_HSEON;
  for (uint32_t rounds = HSE_ROUNDS; rounds > 0; rounds--) {
    if (RCC->CR & RCC_CR_HSERDY) {
      return true;
    }
  }
  return false;
}

static void to_otg_fs(uint32_t pin)
{
  gpio_alternate(GPIOA, pin, FUNCTION_OTG_FS);
  gpio_mode(GPIOA, pin, GPIO_MODER_ALTERNATE);
}

bool family_usb_on(void)
{
  if (sysclk_source() == RCC_CFGR_SW_PLL || !hse_on()) {
    return false;
  }
  pll_off();
  RCC->PLLCFGR = PLL_48MHZ;
  switch_on(&RCC->CR, RCC_CR_PLLON, RCC_CR_PLLRDY);
  enable_clock(&RCC->AHB2ENR, RCC_AHB2ENR_OTGFSEN);
  to_otg_fs(PIN_DM);
  to_otg_fs(PIN_DP);
  return true;
}
