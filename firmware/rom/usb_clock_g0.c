/* G0B1: HSI48, trimmed by the frames of the host; the transceiver's supply is declared valid. */
#include "usb_clock.h"

#include "crs.h"
#include "hardware.h"

bool usb_clock_start(void)
{
  RCC->CR |= RCC_CR_HSI48ON;
  while (!(RCC->CR & RCC_CR_HSI48RDY)) {
  }
  RCC->CCIPR2 &= ~RCC_CCIPR2_USBSEL_Msk;
  RCC->APBENR1 |= RCC_APBENR1_USBEN | RCC_APBENR1_CRSEN | RCC_APBENR1_PWREN;
  (void)RCC->APBENR1;
  (void)RCC->APBENR1;
  PWR->CR2 |= PWR_CR2_USV;
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  return true;
}
