/* C071: HSIUSB48, trimmed by the frames of the host. */
#include "usb_clock.h"

#include "crs.h"
#include "hardware.h"

bool usb_clock_start(void)
{
  RCC->CR |= RCC_CR_HSIUSB48ON;
  while (!(RCC->CR & RCC_CR_HSIUSB48RDY)) {
  }
  RCC->CCIPR2 &= ~RCC_CCIPR2_USBSEL;
  RCC->APBENR1 |= RCC_APBENR1_USBEN | RCC_APBENR1_CRSEN;
  (void)RCC->APBENR1;
  (void)RCC->APBENR1;
#if ROM_RESETS_PERIPHERALS_AT_START
  /* [c071-start-resets-peripherals] */
  RCC->APBRSTR1 |= RCC_APBRSTR1_USBRST | RCC_APBRSTR1_CRSRST;
  RCC->APBRSTR1 &= ~(RCC_APBRSTR1_USBRST | RCC_APBRSTR1_CRSRST);
#endif
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  return true;
}
