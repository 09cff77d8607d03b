/* L0: HSI48, which needs the reference voltage, trimmed by the frames of the host. */
#include "usb_clock.h"

#include "crs.h"
#include "hardware.h"

bool usb_clock_start(void)
{
  RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN;
  (void)RCC->APB2ENR;
  SYSCFG->CFGR3 |= SYSCFG_CFGR3_EN_VREFINT | SYSCFG_CFGR3_ENREF_HSI48;
  RCC->CRRCR |= RCC_CRRCR_HSI48ON;
  while (!(RCC->CRRCR & RCC_CRRCR_HSI48RDY)) {
  }
  RCC->CCIPR |= RCC_CCIPR_HSI48SEL;
  RCC->APB1ENR |= RCC_APB1ENR_USBEN | RCC_APB1ENR_CRSEN;
  (void)RCC->APB1ENR;
  (void)RCC->APB1ENR;
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
  return true;
}
