/*
 * STM32C071 (product id 0x493): ROM ID 0xD1 (V13.1). Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32C071_H
#define ROM_PARTS_STM32C071_H

#define PART_FAMILY_HEADER "stm32c0.h"

#if ROM_ID != 0xD1
#error "ROM_ID must be 0xD1"
#endif

/* --- Facts: AN2606 r70 T3, T16, T226; AN3155 r20 ------------------------------------------------------------------------ */

#define PART_PRODUCT_ID 0x493u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08020000u
#define PART_FLASH_PAGES 64u
#define PART_FLASH_BANKS 1
#define PART_HAS_MASS_ERASE 1
#define PART_WRITE_ALIGNMENT 8u
#define PART_FLASH_BUSY (FLASH_SR_BSY1 | FLASH_SR_CFGBSY)
#define PART_WRP_SECTORS 64u
#define PART_WRP_WORDS 2u
#define PART_WRP_NONE 0x0000003Fu
#define PART_SYSTEM_MEMORY_BASE 0x1FFF0000u
#define PART_SYSTEM_MEMORY_END 0x1FFF7000u
#define PART_OTP_BASE 0x1FFF7000u
#define PART_OTP_END 0x1FFF7400u
/* [rom-rm-engineering-bytes] unique id, flash size, package */
#define PART_ENGINEERING_BASE 0x1FFF7500u
#define PART_ENGINEERING_END 0x1FFF7800u
#define PART_OPTION_BASE 0x1FFF7800u
#define PART_OPTION_END 0x1FFF7880u
/* [rom-ram-window] RAM below is the ROM's own */
#define PART_HOST_RAM_BASE 0x20002300u
#define PART_HOST_RAM_END 0x20006000u

/* [c0-hsi48-divided] 24 MHz = HSI48 / 2 */
#define PART_HSIDIV 1u
#define PART_CLOCK_HZ 24000000u

#define PART_APBENR1 RCC_APBENR1_USART2EN
#define PART_USART_HAS_PRESCALER 1
#define PART_HAS_AUTO_BAUD 1
#define PART_HAS_SOFTWARE_BAUD 1
/* [c071-usart2-exti] EXTI line 3 is PA3; port A is choice 0 of EXTICR */
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 1, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)                                                              \
  PORT(USART2, GPIOA, 2, 3, 1, BAUD_EXTI, GPIO_PUPDR_PULL_UP, 0)
#define PART_BAUD_EXTI_LINE 3u
#define PART_BAUD_EXTI_PORT 0u
#define PART_BAUD_EXTI_IRQ EXTI2_3_IRQ

/* LATENCY 0, ICEN, bit 10, DBG_SWEN; EMPTY (bit 16) is 0 */
#define PART_FLASH_ACR_RESET_VALUE 0x00040600u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* [rom-start-time] the published 2.358 ms (T227); what takes them is not */
#define PART_START_WAIT() wait_us(2358u)

/* --- What this version does ----------------------------------------------------------------------------------------------- */

/* [c071-start-resets-peripherals] */
#define ROM_RESETS_PERIPHERALS_AT_START 1
/* [rom-start-clears-empty] */
#define ROM_CLEARS_EMPTY_AT_START 1
#define ROM_LAUNCHES_OPTION_BYTES 1
#define ROM_ERASE_BUSY 0x10000
/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1

#endif
