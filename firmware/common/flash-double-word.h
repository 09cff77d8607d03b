/*
 * Flash interface that programs double words: G0, C0 and L4. Source: RM0454 and RM0351, FLASH registers. The fields that stand at
 * different places (LATENCY, PNB, BKER, BSY) are in the family's header.
 */
#ifndef COMMON_FLASH_DOUBLE_WORD_H
#define COMMON_FLASH_DOUBLE_WORD_H

#include "cortex-m.h"

struct flash {
  volatile uint32_t ACR;
  volatile uint32_t PDKEYR; /* L4 */
  volatile uint32_t KEYR;
  volatile uint32_t OPTKEYR;
  volatile uint32_t SR;
  volatile uint32_t CR;
  volatile uint32_t ECCR;
  volatile uint32_t ECC2R; /* STM32G0B0/B1/C1 */
  volatile uint32_t OPTR;
  volatile uint32_t PCROP1ASR; /* not on STM32G0x0; L4: PCROP1SR */
  volatile uint32_t PCROP1AER; /* not on STM32G0x0; L4: PCROP1ER */
  volatile uint32_t WRP1AR;
  volatile uint32_t WRP1BR;
  volatile uint32_t PCROP1BSR; /* G0x1, C0 */
  volatile uint32_t PCROP1BER; /* G0x1, C0 */
  uint32_t reserved_3c[2];
  volatile uint32_t PCROP2ASR; /* G0B1; L4: PCROP2SR */
  volatile uint32_t PCROP2AER; /* G0B1; L4: PCROP2ER */
  volatile uint32_t WRP2AR;    /* G0B1, L4 */
  volatile uint32_t WRP2BR;    /* G0B1, L4 */
  volatile uint32_t PCROP2BSR; /* G0B1 */
  volatile uint32_t PCROP2BER; /* G0B1 */
  uint32_t reserved_5c[9];
  volatile uint32_t SECR; /* G0x1, C0 */
};
#define FLASH ((struct flash *)0x40022000u)
REGISTER_AT(flash, KEYR, 0x08);
REGISTER_AT(flash, SR, 0x10);
REGISTER_AT(flash, CR, 0x14);
REGISTER_AT(flash, ECCR, 0x18);
REGISTER_AT(flash, OPTR, 0x20);
REGISTER_AT(flash, WRP1AR, 0x2C);
REGISTER_AT(flash, WRP1BR, 0x30);
REGISTER_AT(flash, PCROP2ASR, 0x44);
REGISTER_AT(flash, WRP2AR, 0x4C);
REGISTER_AT(flash, SECR, 0x80);

#define FLASH_KEYR_KEY1 0x45670123u
#define FLASH_KEYR_KEY2 0xCDEF89ABu
#define FLASH_OPTKEYR_KEY1 0x08192A3Bu
#define FLASH_OPTKEYR_KEY2 0x4C5D6E7Fu

#define FLASH_ACR_LATENCY_Pos 0u
#define FLASH_ACR_LATENCY_Msk (7u << FLASH_ACR_LATENCY_Pos)
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_ICRST (1u << 11)

#define FLASH_SR_EOP (1u << 0)
#define FLASH_SR_OPERR (1u << 1)
#define FLASH_SR_PROGERR (1u << 3)
#define FLASH_SR_WRPERR (1u << 4)
#define FLASH_SR_PGAERR (1u << 5)
#define FLASH_SR_SIZERR (1u << 6)
#define FLASH_SR_PGSERR (1u << 7)
#define FLASH_SR_MISERR (1u << 8)
#define FLASH_SR_FASTERR (1u << 9)
#define FLASH_SR_RDERR (1u << 14)
#define FLASH_SR_OPTVERR (1u << 15)

#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_PER (1u << 1)
#define FLASH_CR_MER1 (1u << 2)
#define FLASH_CR_PNB_Pos 3u
#define FLASH_CR_MER2 (1u << 15) /* two banks: G0B1, L4 */
#define FLASH_CR_STRT (1u << 16)
#define FLASH_CR_OPTSTRT (1u << 17)
#define FLASH_CR_FSTPG (1u << 18)
#define FLASH_CR_EOPIE (1u << 24)
#define FLASH_CR_ERRIE (1u << 25)
#define FLASH_CR_RDERRIE (1u << 26)
#define FLASH_CR_OBL_LAUNCH (1u << 27)
#define FLASH_CR_OPTLOCK (1u << 30)
#define FLASH_CR_LOCK (1u << 31)

#define FLASH_ECCR_ECCC (1u << 30)
#define FLASH_ECCR_ECCD (1u << 31)

#endif
