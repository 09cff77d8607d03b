/* G0B1. Source: RM0444, RCC, PWR and CRS. */
#include "clock-steps.h"
#include "crs.h"
#include "usb/family.h"

bool family_usb_on(void)
{
  switch_on(&FAMILY_USB48_CR, FAMILY_USB48_ON, FAMILY_USB48_READY);
  RCC->CCIPR2 &= ~RCC_CCIPR2_USBSEL_Msk; /* HSI48 */
  FAMILY_CRS_CLOCK_ON();
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  enable_clock(&RCC->APBENR1, RCC_APBENR1_PWREN | RCC_APBENR1_USBEN);
  PWR->CR2 |= PWR_CR2_USV;
  return true;
}
