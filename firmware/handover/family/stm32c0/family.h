#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32c0.h"

#include "../g0-c0.h"

#define FAMILY_RESET_HZ 12000000u /* HSI48 / 4 */
#define FAMILY_PLAIN_HZ FAMILY_RESET_HZ
#define FAMILY_FAST_HZ 48000000u

/* RCC_CSR2 is `csr`, as the register of the reset flags is in every family. */
#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_icscr, RCC->ICSCR)                                                                                                     \
  X(iopenr, RCC->IOPENR)                                                                                                       \
  X(ahbenr, RCC->AHBENR)                                                                                                       \
  X(apbenr1, RCC->APBENR1)                                                                                                     \
  X(apbenr2, RCC->APBENR2)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_cr, FLASH->CR)

#define FAMILY_MOST_WAIT_STATES 1u

/* HSIUSB48 and CRS: C071 (RM0490, RCC_CR) */
#define FAMILY_USB48_CR (RCC->CR)
#define FAMILY_USB48_ON RCC_CR_HSIUSB48ON
#define FAMILY_USB48_READY RCC_CR_HSIUSB48RDY
#define FAMILY_CRS_CLOCK_ON() enable_clock(&RCC->APBENR1, RCC_APBENR1_CRSEN)

#define FAMILY_USB_WANTS_FAST_CLOCK 0
#define FAMILY_UID(word) (UID[word])

#endif
