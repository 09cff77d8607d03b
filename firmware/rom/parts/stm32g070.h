/*
 * STM32G070 (STM32G07xxx/08xxx die, product id 0x460): what its ROM bootloader is and how its versions differ.
 *
 * Every tag in square brackets is a row of hil/chip/rom/, which carries source and confidence; a test holds the two together. BY_VERSION
 * lists the values for ROM ID 0xB2 (V11.2), 0xB3 (V11.3), 0xB4 (V11.4).
 */
#ifndef ROM_PARTS_STM32G070_H
#define ROM_PARTS_STM32G070_H

#define PART_FAMILY_HEADER "stm32g0.h"

#if ROM_ID == 0xB2
#define BY_VERSION(b2, b3, b4) (b2)
#elif ROM_ID == 0xB3
#define BY_VERSION(b2, b3, b4) (b3)
#elif ROM_ID == 0xB4
#define BY_VERSION(b2, b3, b4) (b4)
#else
#error "ROM_ID must be 0xB2, 0xB3 or 0xB4"
#endif

/* --- Facts: AN2606 r70 T3, T107, T226; AN3155 r20 ----------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x460u
#define PART_PROTOCOL_VERSION 0x31u /* USART protocol V3.1 */
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08020000u
#define PART_FLASH_PAGES 64u
#define PART_FLASH_BANKS 1
#define PART_HAS_MASS_ERASE 1
#define PART_WRITE_ALIGNMENT 4u
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
/* [rom-ram-window] RAM below is the ROM's own; the host's begins here (T226; T107 says 12 KB) */
#define PART_HOST_RAM_BASE 0x20002700u
#define PART_HOST_RAM_END 0x20009000u

/* [rom-clock-factors] 24 MHz = HSI16 / 2 * 12 / 4; the published fact is 24 MHz from HSI through the PLL */
#define PART_PLL_M 2u
#define PART_PLL_N 12u
#define PART_PLL_R 4u
#define PART_CLOCK_HZ 24000000u
#define PART_FLASH_LATENCY 0

#define PART_USART_HAS_PRESCALER 1
#define PART_HAS_AUTO_BAUD 1
#define PART_HAS_SOFTWARE_BAUD 1
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 1, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)                                                              \
  PORT(USART2, GPIOA, 2, 3, 1, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)                                                               \
  PORT(USART3, GPIOC, 10, 11, 0, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

/* LATENCY 0, ICEN, bit 10, DBG_SWEN; EMPTY (bit 16) is 0 */
#define PART_FLASH_ACR_RESET_VALUE 0x00040600u

/* [rom-rdp-level1-byte] any byte but 0xAA and 0xCC is level 1 */
#define PART_RDP_LEVEL1 0xBBu

/* --- What the versions do differently -------------------------------------------------------------------------------- */

/* [g070-start-resets-peripherals] */
#define ROM_RESETS_PERIPHERALS_AT_START BY_VERSION(0, 1, 1)
/* [rom-start-clears-empty] */
#define ROM_CLEARS_EMPTY_AT_START BY_VERSION(0, 1, 0)
/* [rom-hsitrim-zero] */
#define ROM_FORCES_HSITRIM_TO_ZERO BY_VERSION(1, 0, 0)
/* [g070-option-launch-missing] */
#define ROM_LAUNCHES_OPTION_BYTES BY_VERSION(0, 1, 1)
/* [g070-erase-wrong-busy-bit] bits of FLASH_SR on which an erase waits: BSY1 is bit 16, BSY2 (not on this part) is bit 17 */
#define ROM_ERASE_BUSY BY_VERSION(0x10000, 0x20000, 0x10000)
/* [g070-pc11-low-loop] */
#define ROM_LOOPS_WHILE_RX_LOW BY_VERSION(0, 1, 0)

#endif
