/* L476: MSI at 48 MHz, trimmed by LSE; it is free, as SYSCLK comes from the PLL then. Source: RM0351, RCC and PWR. */
#include "clock-steps.h"
#include "timebase.h"
#include "usb/family.h"

#define PIN_DM 11u
#define PIN_DP 12u
#define FUNCTION_OTG_FS 10u
/* LSE starts within 2 s (DS10198). */
#define LSE_MS 2000u

/* Without its tick it waits for ever, as for other clocks. */
static bool lse_on(void)
{
  const uint32_t start = timebase_ticks();
  enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_PWREN);
  PWR->CR1 |= PWR_CR1_DBP;
  RCC->BDCR |= RCC_BDCR_LSEON;
  while (!(RCC->BDCR & RCC_BDCR_LSERDY)) {
    if (timebase_ticks() - start > LSE_MS) {
      return false;
    }
  }
  return true;
}

static void to_otg_fs(uint32_t pin)
{
  gpio_alternate(GPIOA, pin, FUNCTION_OTG_FS);
  gpio_mode(GPIOA, pin, GPIO_MODER_ALTERNATE);
}

bool family_usb_on(void)
{
  if (sysclk_source() != RCC_CFGR_SW_PLL || !lse_on()) {
    return false;
  }
  switch_on(&RCC->CR, RCC_CR_MSION, RCC_CR_MSIRDY);
  RCC->CR = (RCC->CR & ~RCC_CR_MSIRANGE_Msk) | RCC_CR_MSIRANGE_48MHZ << RCC_CR_MSIRANGE_Pos | RCC_CR_MSIRGSEL;
  while (!(RCC->CR & RCC_CR_MSIRDY)) {
  }
  RCC->CR |= RCC_CR_MSIPLLEN;
  RCC->CCIPR = (RCC->CCIPR & ~RCC_CCIPR_CLK48SEL_Msk) | RCC_CCIPR_CLK48SEL_MSI << RCC_CCIPR_CLK48SEL_Pos;
  PWR->CR2 |= PWR_CR2_USV;
  enable_clock(&RCC->AHB2ENR, RCC_AHB2ENR_OTGFSEN);
  to_otg_fs(PIN_DM);
  to_otg_fs(PIN_DP);
  return true;
}
