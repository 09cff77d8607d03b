/* L073. Source: RM0367, RCC, SYSCFG and CRS. SYSCFG has its clock. */
#include "clock-steps.h"
#include "crs.h"
#include "usb/family.h"

bool family_usb_on(void)
{
  FAMILY_USB48_REFERENCE_ON();
  switch_on(&FAMILY_USB48_CR, FAMILY_USB48_ON, FAMILY_USB48_READY);
  RCC->CCIPR |= RCC_CCIPR_HSI48SEL;
  FAMILY_CRS_CLOCK_ON();
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USBEN);
  return true;
}
