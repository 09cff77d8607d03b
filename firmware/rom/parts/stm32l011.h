/*
 * STM32L011 (product id 0x457): ROM ID 0xC2 (V12.2) and 0xC3 (V12.3), which differ over SPI alone; facts are those of the K4. Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32L011_H
#define ROM_PARTS_STM32L011_H

#define PART_FAMILY_HEADER "stm32l0.h"

#if ROM_ID != 0xC2 && ROM_ID != 0xC3
#error "ROM_ID must be 0xC2 or 0xC3"
#endif

/* --- Facts: AN2606 r70 T3, T5, T142, T226; AN3155 r20 -------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x457u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08004000u
#define PART_FLASH_PAGES 128u
#define PART_FLASH_PAGE_SIZE 128u
#define PART_FLASH_BANKS 1 /* as the commands see it */
#define PART_HAS_MASS_ERASE 0
#define PART_ERASED_WORD 0u
#define PART_WRITE_ALIGNMENT 8u
#define PART_WRP_SECTORS 4u
#define PART_WRP_WORDS 1u
#define PART_WRP_HALF_WORDS 1u
/* [l0-data-memory] */
#define PART_DATA_MEMORY_BASE 0x08080000u
#define PART_DATA_MEMORY_END 0x08080200u
#define PART_SYSTEM_MEMORY_BASE 0x1FF00000u
#define PART_SYSTEM_MEMORY_END 0x1FF01000u
#define PART_OPTION_BASE 0x1FF80000u
#define PART_OPTION_END 0x1FF80020u
/* [rom-rm-engineering-bytes] unique id (0x1FF8_0050) and flash size (0x1FF8_007C) */
#define PART_ENGINEERING_BASE 0x1FF80020u
#define PART_ENGINEERING_END 0x1FF80100u
/* [rom-ram-window] the ROM uses all 2 KB: commands reach no RAM */

/* [rom-clock-factors] 32 MHz = HSI16 * 4 / 2 */
#define PART_PLL_DIV 2u
#define PART_CLOCK_HZ 32000000u

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
#define PART_APB2ENR 0u
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART2, GPIOA, 9, 10, 4, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                             \
  PORT(USART2, GPIOA, 2, 3, 4, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* --- What the versions do ------------------------------------------------------------------------------------------------- */

/* [l011-boot-mode-tells-boot-pin] */
#define ROM_REPEATS_BOOT_DECISION 1
/* BOOT_MODE of SYSCFG_CFGR1 shows what the boot pin chose at reset and cannot be written (RM0377 10.2.1) */
#define PART_BOOT_MODE() (SYSCFG->CFGR1 >> 8 & 3u)
#define PART_BOOT_MODE_SYSTEM_FLASH 1u
#define part_boots_system_memory()                                                                                             \
  (RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN, (void)RCC->APB2ENR, PART_BOOT_MODE() == PART_BOOT_MODE_SYSTEM_FLASH)

/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1

#endif
