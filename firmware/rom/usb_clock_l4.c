/*
 * L4: MSI at 48 MHz, trimmed by the LSE that the start has waited for. [l476-usb-needs-lse] The voltage range is the caller's.
 * [l476-range-untouched]
 */
#include "usb_clock.h"

#include "hardware.h"

#define PIN_DM 11u
#define PIN_DP 12u
#define FUNCTION_OTG_FS 10u

static void pin(uint32_t number)
{
  gpio_alternate(GPIOA, number, FUNCTION_OTG_FS);
  gpio_mode(GPIOA, number, GPIO_MODER_ALTERNATE);
}

static void msi_ready(void)
{
  while (!(RCC->CR & RCC_CR_MSIRDY)) {
  }
}

bool usb_clock_start(void)
{
  if (!(RCC->BDCR & RCC_BDCR_LSERDY)) {
    return false;
  }
  RCC->CR |= RCC_CR_MSION;
  msi_ready();
  RCC->CR = (RCC->CR & ~RCC_CR_MSIRANGE_Msk) | RCC_CR_MSIRANGE_48MHZ << RCC_CR_MSIRANGE_Pos | RCC_CR_MSIRGSEL;
  msi_ready();
  RCC->CR |= RCC_CR_MSIPLLEN;
  RCC->CCIPR = (RCC->CCIPR & ~RCC_CCIPR_CLK48SEL_Msk) | RCC_CCIPR_CLK48SEL_MSI << RCC_CCIPR_CLK48SEL_Pos;
  RCC->APB1ENR1 |= RCC_APB1ENR1_PWREN;
  RCC->AHB2ENR |= RCC_AHB2ENR_OTGFSEN;
  (void)RCC->AHB2ENR;
  (void)RCC->AHB2ENR;
  PWR->CR2 |= PWR_CR2_USV;
  pin(PIN_DM);
  pin(PIN_DP);
  return true;
}
