/*
 * Registers of the STM32C0 parts, as far as this firmware touches them: those of the G0 without PLL, backup domain and voltage ranges.
 * Source: RM0490 (STM32C0), the register sections of the blocks named below.
 */
#ifndef COMMON_STM32C0_H
#define COMMON_STM32C0_H

#include "stm32g0-c0.h"

/* --- RCC: HSI48 with its dividers; CSR1 and CSR2 stand where the G0 has BDCR and CSR -------------------------------------------- */

#define RCC_CR_SYSDIV_Pos 2u /* C071; divides by SYSDIV + 1 */
#define RCC_CR_SYSDIV_Msk (7u << RCC_CR_SYSDIV_Pos)
#define RCC_CR_HSIKERDIV_Pos 5u
#define RCC_CR_HSIKERDIV_Msk (7u << RCC_CR_HSIKERDIV_Pos)
#define RCC_CR_HSIDIV_RESET 2u     /* HSI48 / 4 = 12 MHz */
#define RCC_CR_HSIUSB48ON (1u << 22)  /* C071 */
#define RCC_CR_HSIUSB48RDY (1u << 23) /* C071 */
#define RCC_CFGR_SW_HSIUSB48 2u       /* C071 */
#define RCC_CCIPR2_USBSEL (1u << 12)  /* C071; 0 HSIUSB48, 1 HSE */

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFF7550u) /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFF75A0u)

/* --- Interrupt numbers (RM0490, NVIC) -------------------------------------------------------------------------------------- */

#define USB_DRD_FS_IRQ 8u /* C071 */

#endif
