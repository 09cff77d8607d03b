/*
 * STM32F091 (product id 0x442): ROM ID 0x50 (V5.0); facts are those of the RC. Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32F091_H
#define ROM_PARTS_STM32F091_H

#define PART_FAMILY_HEADER "stm32f0.h"

#if ROM_ID != 0x50
#error "ROM_ID must be 0x50"
#endif

/* --- Facts: AN2606 r70 T3, T43, T44, T226; AN3155 r20 ----------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x442u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 0
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08040000u
#define PART_FLASH_PAGES 128u
#define PART_FLASH_PAGE_SIZE 2048u
#define PART_FLASH_BANKS 1
#define PART_HAS_MASS_ERASE 1
#define PART_ERASED_WORD 0xFFFFFFFFu
#define PART_WRITE_ALIGNMENT 4u
#define PART_WRP_SECTORS 32u /* bits of WRP0 to WRP3 that stand for flash of this part */
#define PART_WRP_WORDS 1u
#define PART_WRP_BYTES 4u
/* unique id and flash size are in it */
#define PART_SYSTEM_MEMORY_BASE 0x1FFFD800u
#define PART_SYSTEM_MEMORY_END 0x1FFFF800u
#define PART_OPTION_BASE 0x1FFFF800u
#define PART_OPTION_END 0x1FFFF810u
/* [rom-ram-window] RAM below is the ROM's own */
#define PART_HOST_RAM_BASE 0x20001800u
#define PART_HOST_RAM_END 0x20008000u

#define PART_CLOCK_HZ 48000000u /* [f0-hsi48] */

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
/* [f0-swclk-becomes-tx] PA14 is SWCLK until that pair is chosen */
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 1, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                             \
  PORT(USART2, GPIOA, 2, 3, 1, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                              \
  PORT(USART2, GPIOA, 14, 15, 1, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

/* [rom-start-time] the published 2 ms (T227); what takes them is not */
#define PART_START_WAIT() wait_us(2000u)

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* --- What this version does ----------------------------------------------------------------------------------------------- */

/* [f091-stays] */
#define ROM_REPEATS_BOOT_DECISION 0

/* [rom-hsitrim-zero] */
#define ROM_FORCES_HSITRIM_TO_ZERO 1
/* [f0-pa13-pull-up] */
#define ROM_PULLS_UP_PA13 1
/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1

#endif
