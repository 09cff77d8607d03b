/* F042. Source: RM0091, RCC and CRS. */
#include "clock-steps.h"
#include "crs.h"
#include "usb/family.h"

bool family_usb_on(void)
{
  switch_on(&FAMILY_USB48_CR, FAMILY_USB48_ON, FAMILY_USB48_READY);
  RCC->CFGR3 &= ~RCC_CFGR3_USBSW_PLL; /* HSI48 */
  FAMILY_CRS_CLOCK_ON();
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USBEN);
  return true;
}
