/*
 * STM32L073 (product id 0x447): BY_VERSION lists the values for ROM ID 0x40 (V4.0) and 0x41 (V4.1); facts are those of the RZ. Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32L073_H
#define ROM_PARTS_STM32L073_H

#define PART_FAMILY_HEADER "stm32l0.h"

#if ROM_ID == 0x40
#define BY_VERSION(v40, v41) (v40)
#elif ROM_ID == 0x41
#define BY_VERSION(v40, v41) (v41)
#else
#error "ROM_ID must be 0x40 or 0x41"
#endif

/* --- Facts: AN2606 r70 T3, T5, T148, T226; AN3155 r20 -------------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x447u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 32

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08030000u
#define PART_FLASH_PAGES 1536u
#define PART_FLASH_PAGE_SIZE 128u
#define PART_FLASH_BANKS 1 /* as the commands see it */
#define PART_HAS_MASS_ERASE 0
#define PART_ERASED_WORD 0u
#define PART_WRITE_ALIGNMENT 8u
#define PART_WRP_SECTORS 48u
#define PART_WRP_WORDS 2u
#define PART_WRP_HALF_WORDS 3u
/* [l0-data-memory] */
#define PART_DATA_MEMORY_BASE 0x08080000u
#define PART_DATA_MEMORY_END 0x08081800u
#define PART_SYSTEM_MEMORY_BASE 0x1FF00000u
#define PART_SYSTEM_MEMORY_END 0x1FF02000u
#define PART_OPTION_BASE 0x1FF80000u
#define PART_OPTION_END 0x1FF80020u
/* [rom-rm-engineering-bytes] unique id (0x1FF8_0050) and flash size (0x1FF8_007C) */
#define PART_ENGINEERING_BASE 0x1FF80020u
#define PART_ENGINEERING_END 0x1FF80100u
/* [rom-ram-window] RAM below is the ROM's own */
#define PART_HOST_RAM_BASE 0x20001000u
#define PART_HOST_RAM_END 0x20005000u

/* [rom-clock-factors] 32 MHz = HSI16 * 4 / 2 */
#define PART_PLL_DIV 2u
#define PART_CLOCK_HZ 32000000u

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
#define PART_APB2ENR RCC_APB2ENR_USART1EN
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 4, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                             \
  PORT(USART2, GPIOA, 2, 3, 4, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

#define PART_HAS_USB 1
#define PART_USB_IRQ USB_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0100u
#define PART_USB_BCD_DEVICE 0x2200u
#define PART_USB_PRODUCT "STM32  BOOTLOADER"
/* [rom-usb-serial] */
#define PART_USB_UID0 (*(const volatile uint32_t *)0x1FF80050u)
#define PART_USB_UID1 (*(const volatile uint32_t *)0x1FF80054u)
#define PART_USB_UID2 (*(const volatile uint32_t *)0x1FF80064u)
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash  /0x08000000/1536*128g")  \
  ALT(1, "@Option Bytes  /0x1FF80000/01*032 e")  \
  ALT(2, "@DATA Memory /0x08080000/2*3Ke")
#define PART_DFU_TRANSFER_SIZE 2048u
/* [rom-dfu-poll-times] 32 half-pages of 3.94 ms; erase of a page (DS10685, recalled) */
#define PART_DFU_WRITE_MS 127u
#define PART_DFU_ERASE_MS 4u
#define PART_DFU_MASS_ERASE_MS 4u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* --- What the versions do ------------------------------------------------------------------------------------------------- */

/* [l073-dual-bank-since-v4-1] */
#define ROM_REPEATS_BOOT_DECISION BY_VERSION(0, 1)
/* [l073-pa4-to-pa7-pulled-down] */
#define ROM_PULLS_DOWN_PA4_TO_PA7 1

/* [l073-boot-mode-tells-boot-pin] */
/* BOOT_MODE of SYSCFG_CFGR1 shows what the boot pin chose at reset and cannot be written (RM0377 10.2.1) */
#define PART_BOOT_MODE() (SYSCFG->CFGR1 >> 8 & 3u)
#define PART_BOOT_MODE_SYSTEM_FLASH 1u
#define PART_BOOTED_FROM_SYSTEM_MEMORY() (PART_BOOT_MODE() == PART_BOOT_MODE_SYSTEM_FLASH)
#define PART_BANK2_FIRST() (SYSCFG->CFGR1 |= SYSCFG_CFGR1_UFB)
#define PART_BANK1_FIRST() (SYSCFG->CFGR1 &= ~SYSCFG_CFGR1_UFB)
#define PART_IS_STACK(word) ((word) - SRAM_BASE <= 0x5000u)

/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 1
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 0

#endif
