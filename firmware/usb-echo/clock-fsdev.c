/* The 48 MHz oscillator, trimmed by the frames of the host. Source: RCC and CRS in RM0091, RM0367, RM0444, RM0490. */
#include "crs.h"
#include "part.h"
#include "usb-echo.h"

void usb_clock_on(void)
{
#ifdef FAMILY_USB48_REFERENCE_ON
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  FAMILY_USB48_REFERENCE_ON();
#endif
  FAMILY_USB48_CR |= FAMILY_USB48_ON;
  while (!(FAMILY_USB48_CR & FAMILY_USB48_READY)) {
  }
  FAMILY_CRS_CLOCK_ON();
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
#ifdef RCC_CCIPR_HSI48SEL
  RCC->CCIPR |= RCC_CCIPR_HSI48SEL; /* elsewhere a reset chooses the oscillator */
#endif
#ifdef PWR_CR2_USV
  enable_clock(&RCC->APBENR1, RCC_APBENR1_PWREN);
  PWR->CR2 |= PWR_CR2_USV;
#endif
#ifdef RCC_APBENR1_USBEN
  enable_clock(&RCC->APBENR1, RCC_APBENR1_USBEN);
#else
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USBEN);
#endif
}
