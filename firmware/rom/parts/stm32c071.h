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

#define PART_HAS_USB 1
#define PART_USB_IRQ USB_DRD_FS_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0200u
#define PART_USB_BCD_DEVICE 0x0220u
#define PART_USB_PRODUCT "DFU in FS Mode"
/* [rom-usb-serial] */
#define PART_USB_UID0 (*(const volatile uint32_t *)0x1FFF7550u)
#define PART_USB_UID1 (*(const volatile uint32_t *)0x1FFF7554u)
#define PART_USB_UID2 (*(const volatile uint32_t *)0x1FFF7558u)
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash    /0x08000000/64*02Kg")  \
  ALT(1, "@OB Bytes          /0x1FFF7800/01*128 e")  \
  ALT(2, "@ENGI Bytes        /0x1FFF7500/01*768 e")
#define PART_DFU_TRANSFER_SIZE 1024u
/* [rom-dfu-poll-times] 128 double words of 125 us; page and mass erase (datasheet, recalled) */
#define PART_DFU_WRITE_MS 16u
#define PART_DFU_ERASE_MS 40u
#define PART_DFU_MASS_ERASE_MS 41u

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
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 0
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 0
/* [rom-usb-with-primask] */
#define ROM_SERVES_USB_MASKED 1

#endif
