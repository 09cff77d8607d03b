/*
 * STM32F042 (product id 0x445): ROM ID 0xA0 (V10.0), 0xA1 (V10.1); facts are those of the K6. Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32F042_H
#define ROM_PARTS_STM32F042_H

#define PART_FAMILY_HEADER "stm32f0.h"

#if ROM_ID != 0xA0 && ROM_ID != 0xA1
#error "ROM_ID must be 0xA0 or 0xA1"
#endif

/* --- Facts: AN2606 r70 T3, T35, T36, T226; AN3155 r20 ----------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x445u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 0
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08008000u
#define PART_FLASH_PAGES 32u
#define PART_FLASH_PAGE_SIZE 1024u
#define PART_FLASH_BANKS 1
#define PART_HAS_MASS_ERASE 1
#define PART_ERASED_WORD 0xFFFFFFFFu
#define PART_WRITE_ALIGNMENT 4u
#define PART_WRP_SECTORS 8u /* bits of WRP0 to WRP3 that stand for flash of this part */
#define PART_WRP_WORDS 1u
#define PART_WRP_BYTES 1u
/* unique id and flash size are in it */
#define PART_SYSTEM_MEMORY_BASE 0x1FFFC400u
#define PART_SYSTEM_MEMORY_END 0x1FFFF800u
#define PART_OPTION_BASE 0x1FFFF800u
#define PART_OPTION_END 0x1FFFF810u
/* [rom-ram-window] the ROM uses all 6 KB: commands reach no RAM */

#define PART_CLOCK_HZ 48000000u /* [f0-hsi48] */

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
/* [f0-swclk-becomes-tx] PA14 is SWCLK until USART2 is chosen */
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 1, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                             \
  PORT(USART2, GPIOA, 14, 15, 1, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

#define PART_HAS_USB 1
#define PART_USB_IRQ USB_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0100u
#define PART_USB_BCD_DEVICE 0x2200u
#define PART_USB_PRODUCT "STM32  BOOTLOADER"
/* [rom-usb-serial] */
#define PART_USB_UID0 0xFFFFFFFFu
#define PART_USB_UID1 0xFFFFFFFFu
#define PART_USB_UID2 0xFFFFFFFFu
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash  /0x08000000/032*0001Kg")  \
  ALT(1, "@Option Bytes  /0x1FFFF800/01*016 e")
#define PART_DFU_TRANSFER_SIZE 2048u
/* [rom-dfu-poll-times] 1024 half-words of 60 us; page and mass erase (DS9405, recalled) */
#define PART_DFU_WRITE_MS 62u
#define PART_DFU_ERASE_MS 40u
#define PART_DFU_MASS_ERASE_MS 40u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* --- What the versions do ------------------------------------------------------------------------------------------------- */

#define ROM_REPEATS_BOOT_DECISION 1
/* [f042-boot-sel-and-pb8] FLASH_OBR bit 15 is BOOT_SEL; PB8 is the BOOT0 pin of the package */
#define FLASH_OBR_BOOT_SEL (1u << 15)
#define part_boots_system_memory()                                                                                             \
  (RCC->AHBENR |= RCC_AHBENR_IOPBEN, (void)RCC->AHBENR, !(FLASH->OBR & FLASH_OBR_BOOT_SEL) || (GPIOB->IDR & 1u << 8))

/* [rom-hsitrim-zero] */
#define ROM_FORCES_HSITRIM_TO_ZERO 1
/* [f0-pa13-pull-up] */
#define ROM_PULLS_UP_PA13 1
/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 1
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 0

#endif
