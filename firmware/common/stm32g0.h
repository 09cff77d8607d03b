/*
 * Registers of the STM32G0 parts, as far as this firmware touches them.
 * Source: RM0454 (STM32G0x0) and RM0444 (STM32G0x1), the register sections of the blocks named below.
 */
#ifndef COMMON_STM32G0_H
#define COMMON_STM32G0_H

#include "stm32g0-c0.h"

/* --- RCC: the PLL, and what only G0B1 has ---------------------------------------------------------------------------------- */

#define RCC_CR_HSI48ON (1u << 22)  /* G0B1 */
#define RCC_CR_HSI48RDY (1u << 23) /* G0B1 */
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CFGR_SW_PLLRCLK 2u

#define RCC_PLLCFGR_PLLSRC_Pos 0u
#define RCC_PLLCFGR_PLLSRC_Msk (3u << RCC_PLLCFGR_PLLSRC_Pos)
#define RCC_PLLCFGR_PLLSRC_HSI16 2u
#define RCC_PLLCFGR_PLLSRC_HSE 3u
#define RCC_PLLCFGR_PLLM_Pos 4u /* divides by PLLM + 1 */
#define RCC_PLLCFGR_PLLM_Msk (7u << RCC_PLLCFGR_PLLM_Pos)
#define RCC_PLLCFGR_PLLN_Pos 8u
#define RCC_PLLCFGR_PLLN_Msk (0x7Fu << RCC_PLLCFGR_PLLN_Pos)
#define RCC_PLLCFGR_PLLPEN (1u << 16)
#define RCC_PLLCFGR_PLLP_Pos 17u /* divides by PLLP + 1 */
#define RCC_PLLCFGR_PLLP_Msk (0x1Fu << RCC_PLLCFGR_PLLP_Pos)
#define RCC_PLLCFGR_PLLQEN (1u << 24) /* G0x1 */
#define RCC_PLLCFGR_PLLQ_Pos 25u       /* G0x1; divides by PLLQ + 1 */
#define RCC_PLLCFGR_PLLQ_Msk (7u << RCC_PLLCFGR_PLLQ_Pos)
#define RCC_PLLCFGR_PLLREN (1u << 28)
#define RCC_PLLCFGR_PLLR_Pos 29u /* divides by PLLR + 1 */
#define RCC_PLLCFGR_PLLR_Msk (7u << RCC_PLLCFGR_PLLR_Pos)
#define RCC_PLLCFGR_RESET_VALUE 0x00001000u

#define RCC_IOPENR_GPIOEEN (1u << 4)   /* G0B1 */
#define RCC_IOPRSTR_GPIOERST (1u << 4) /* G0B1 */
#define RCC_APBENR1_USART5EN (1u << 8) /* G0B1 */
#define RCC_APBENR1_USART6EN (1u << 9) /* G0B1 */
#define RCC_APBENR1_FDCANEN (1u << 12) /* G0B1 */
#define RCC_CCIPR2_USBSEL_Pos 12u      /* G0B1; 0 HSI48, 1 HSE, 2 PLLQCLK */
#define RCC_CCIPR2_USBSEL_Msk (3u << RCC_CCIPR2_USBSEL_Pos)

/* --- FLASH: the second bank of G0B1 ------------------------------------------------------------------------------------------ */

#define FLASH_SR_BSY2 (1u << 17)
#define FLASH_CR_BKER (1u << 13)
#define FLASH_OPTR_NSWAP_BANK (1u << 20)
#define FLASH_OPTR_DUAL_BANK (1u << 21)

/* --- PWR ------------------------------------------------------------------------------------------------------------------- */

#define PWR_CR1_DBP (1u << 8)
#define PWR_CR1_VOS_Pos 9u
#define PWR_CR1_VOS_Msk (3u << PWR_CR1_VOS_Pos)
#define PWR_CR1_VOS_RANGE1 1u
#define PWR_CR2_USV (1u << 10) /* G0B1 */
#define PWR_SR2_VOSF (1u << 10)

/* --- USART, GPIO ----------------------------------------------------------------------------------------------------------- */

#define USART3 ((struct usart *)0x40004800u)
#define USART4 ((struct usart *)0x40004C00u)
#define USART5 ((struct usart *)0x40005000u) /* G0B1 */
#define USART6 ((struct usart *)0x40013C00u) /* G0B1 */
#define GPIOE ((struct gpio *)0x50001000u)   /* G0B1 */

/* --- TAMP: the backup registers; their clock is RCC_APBENR1.RTCAPBEN ---------------------------------------------------------- */

struct tamp {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  uint32_t reserved_08[62];
  volatile uint32_t BKPR[5];
};
#define TAMP ((struct tamp *)0x4000B000u)
REGISTER_AT(tamp, BKPR, 0x100);

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFF7590u) /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFF75E0u)

/* --- Interrupt numbers (RM0444, NVIC) -------------------------------------------------------------------------------------- */

#define USB_UCPD1_2_IRQ 8u
#define USART3_4_IRQ 29u /* G0B1: USART3_4_5_6_LPUART1 */

#endif
