#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32g0.h"

#include "../g0-c0.h"

#define FAMILY_RESET_HZ 16000000u /* HSI16 */
#define FAMILY_PLAIN_HZ FAMILY_RESET_HZ
#define FAMILY_FAST_HZ 64000000u

#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_pllcfgr, RCC->PLLCFGR)                                                                                                 \
  X(rcc_icscr, RCC->ICSCR)                                                                                                     \
  X(iopenr, RCC->IOPENR)                                                                                                       \
  X(ahbenr, RCC->AHBENR)                                                                                                       \
  X(apbenr1, RCC->APBENR1)                                                                                                     \
  X(apbenr2, RCC->APBENR2)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_cr, FLASH->CR)

#define FAMILY_MOST_WAIT_STATES 2u

/* HSI48 and CRS: G0B1 (RM0444, RCC_CR) */
#define FAMILY_USB48_CR (RCC->CR)
#define FAMILY_USB48_ON RCC_CR_HSI48ON
#define FAMILY_USB48_READY RCC_CR_HSI48RDY
#define FAMILY_CRS_CLOCK_ON() enable_clock(&RCC->APBENR1, RCC_APBENR1_CRSEN)

#define FAMILY_USB_WANTS_FAST_CLOCK 0
#define FAMILY_UID(word) (UID[word])

#endif
