/*
 * STM32G0B1 (STM32G0B1xx/C1xx die, product id 0x467; facts are those of the RE): ROM ID 0x92 (V9.2). Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32G0B1_H
#define ROM_PARTS_STM32G0B1_H

#define PART_FAMILY_HEADER "stm32g0.h"

#if ROM_ID != 0x92
#error "ROM_ID must be 0x92"
#endif

/* --- Facts: AN2606 r70 T3, T111, T226; AN3155 r20 ----------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x467u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08080000u
#define PART_FLASH_PAGES 256u
#define PART_FLASH_BANKS 2
#define PART_HAS_MASS_ERASE 1
#define PART_WRITE_ALIGNMENT 4u
#define PART_FLASH_BUSY (FLASH_SR_BSY1 | FLASH_SR_BSY2 | FLASH_SR_CFGBSY)
#define PART_WRP_SECTORS 256u
#define PART_WRP_WORDS 8u
#define PART_WRP_NONE 0x0000007Fu
#define PART_SYSTEM_MEMORY_BASE 0x1FFF0000u
#define PART_SYSTEM_MEMORY_END 0x1FFF7000u
#define PART_SYSTEM_MEMORY2_BASE 0x1FFF8000u
#define PART_SYSTEM_MEMORY2_END 0x1FFFF000u
#define PART_OTP_BASE 0x1FFF7000u
#define PART_OTP_END 0x1FFF7400u
/* [rom-rm-engineering-bytes] unique id, flash size, package */
#define PART_ENGINEERING_BASE 0x1FFF7500u
#define PART_ENGINEERING_END 0x1FFF7800u
#define PART_OPTION_BASE 0x1FFF7800u
#define PART_OPTION_END 0x1FFF7880u
/* [rom-ram-window] RAM below is the ROM's own */
#define PART_HOST_RAM_BASE 0x20004000u
#define PART_HOST_RAM_END 0x20020000u

/* [rom-clock-factors] 60 MHz = HSI16 / 4 * 30 / 2; two wait states above 48 MHz (RM0444, FLASH read access latency) */
#define PART_PLL_M 4u
#define PART_PLL_N 30u
#define PART_PLL_R 2u
#define PART_CLOCK_HZ 60000000u
#define PART_FLASH_LATENCY 2

#define PART_USART_HAS_PRESCALER 1
#define PART_HAS_AUTO_BAUD 1
#define PART_HAS_SOFTWARE_BAUD 0
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 1, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)                                                              \
  PORT(USART2, GPIOA, 2, 3, 1, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)                                                               \
  PORT(USART3, GPIOC, 10, 11, 0, BAUD_AUTO, GPIO_PUPDR_PULL_UP, 0)

/* LATENCY 0, ICEN, bit 10, DBG_SWEN; EMPTY (bit 16) is 0 */
#define PART_FLASH_ACR_RESET_VALUE 0x00040600u

#define PART_HAS_USB 1
#define PART_USB_IRQ USB_UCPD1_2_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0200u
#define PART_USB_BCD_DEVICE 0x0200u
#define PART_USB_PRODUCT "DFU in FS Mode"
/* [rom-usb-serial] */
#define PART_USB_UID0 (*(const volatile uint32_t *)0x1FFF7590u)
#define PART_USB_UID1 (*(const volatile uint32_t *)0x1FFF7594u)
#define PART_USB_UID2 (*(const volatile uint32_t *)0x1FFF7598u)
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash   /0x08000000/256*02Kg")  \
  ALT(1, "@Internal Flash   /0x08000000/256*02Kg")  \
  ALT(2, "@Internal Flash   /0x08000000/256*02Kg")
#define PART_DFU_TRANSFER_SIZE 1024u
/* [rom-dfu-poll-times] 128 double words of 125 us; page and mass erase (DS13560, recalled) */
#define PART_DFU_WRITE_MS 16u
#define PART_DFU_ERASE_MS 40u
#define PART_DFU_MASS_ERASE_MS 41u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* --- What this version does ----------------------------------------------------------------------------------------------- */

/* [g0b1-start-keeps-peripherals] */
#define ROM_RESETS_PERIPHERALS_AT_START 0
/* [rom-start-clears-empty] */
#define ROM_CLEARS_EMPTY_AT_START 1
#define ROM_FORCES_HSITRIM_TO_ZERO 0
#define ROM_LAUNCHES_OPTION_BYTES 1
/* [g0b1-erase-waits-for-bank1] an erase waits on BSY1 alone, whichever bank it works on; bank 2 has BSY2, bit 17 */
#define ROM_ERASE_BUSY 0x10000

/* [g0b1-go-clears-dbg-swen] LATENCY stays, as the clock does; EMPTY and DBG_SWEN are written 0 */
#define PART_BEFORE_GO() (FLASH->ACR = (FLASH->ACR & FLASH_ACR_LATENCY_Msk) | 0x00000600u)
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 0
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 1

#endif
