/* F0: HSI48, which is SYSCLK too, trimmed by the frames of the host. */
#include "usb_clock.h"

#include "crs.h"
#include "hardware.h"

bool usb_clock_start(void)
{
  RCC->CFGR3 &= ~RCC_CFGR3_USBSW_PLL;
  RCC->APB1ENR |= RCC_APB1ENR_USBEN | RCC_APB1ENR_CRSEN;
  (void)RCC->APB1ENR;
  (void)RCC->APB1ENR;
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  return true;
}
