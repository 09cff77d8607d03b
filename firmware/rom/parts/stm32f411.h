/*
 * STM32F411 (product id 0x431; facts are those of the RE): ROM ID 0xD0 (V13.0). Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32F411_H
#define ROM_PARTS_STM32F411_H

#define PART_FAMILY_HEADER "stm32f4.h"

#if ROM_ID != 0xD0
#error "ROM_ID must be 0xD0"
#endif

/* --- Facts: AN2606 r70 T3, T4, T83, T84, T226; AN3155 r20 ------------------------------------------------------------------ */

#define PART_PRODUCT_ID 0x431u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 86

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08080000u
#define PART_FLASH_PAGES 8u /* sectors: four of 16 KB, one of 64 KB, three of 128 KB */
#define PART_FLASH_BANKS 1
#define PART_PAGE_OF(address)                                                                                                  \
  (((address) & 0xFFFFFu) < 0x10000u   ? ((address) & 0xFFFFFu) >> 14                                                           \
   : ((address) & 0xFFFFFu) < 0x20000u ? 4u                                                                                    \
                                       : 4u + (((address) & 0xFFFFFu) >> 17))
#define PART_HAS_MASS_ERASE 1
#define PART_WRITE_ALIGNMENT 4u
#define PART_WRP_SECTORS 8u
#define PART_WRP_WORDS 1u
#define PART_SYSTEM_MEMORY_BASE 0x1FFF0000u
#define PART_SYSTEM_MEMORY_END 0x1FFF7800u
#define PART_OTP_BASE 0x1FFF7800u
#define PART_OTP_END 0x1FFF7A10u
/* [rom-rm-engineering-bytes] unique id, flash size */
#define PART_ENGINEERING_BASE 0x1FFF7A10u
#define PART_ENGINEERING_END 0x1FFF7A30u
#define PART_OPTION_BASE 0x1FFFC000u
#define PART_OPTION_END 0x1FFFC010u
/* [rom-ram-window] RAM below is the ROM's own */
#define PART_HOST_RAM_BASE 0x20003000u
#define PART_HOST_RAM_END 0x20020000u
/* [f4-voltage-range] the virtual register (T4) */
#define PART_VOLTAGE_RANGE_BASE 0xFFFF0000u

/* [rom-clock-factors] 60 MHz = HSI16 / 8 * 120 / 4; wait states for the lowest supply voltage (RM0383 3.4.1) */
#define PART_PLL_M 8u
#define PART_PLL_N 120u
#define PART_PLL_P 4u
#define PART_PLL_Q 5u
#define PART_CLOCK_HZ 60000000u
#define PART_FLASH_LATENCY 3u

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
/* [f411-pa10-no-pull] */
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 7, BAUD_EDGES, GPIO_PUPDR_NONE, 0)                                                                \
  PORT(USART2, GPIOD, 5, 6, 7, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 1)

#define PART_HAS_USB 1
/* [f411-usb-hse] */
#define PART_USB_CLOCK_IS_CHOSEN_LATE 1
#define PART_HSE_TIMEOUT_US 10500u
#define PART_HSE_MHZ_MIN 4u
#define PART_HSE_MHZ_MAX 26u
#define PART_USB_IRQ OTG_FS_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0100u
#define PART_USB_BCD_DEVICE 0x2200u
#define PART_USB_PRODUCT "STM32  BOOTLOADER"
/* [rom-usb-serial] */
#define PART_USB_UID0 (*(const volatile uint32_t *)0x1FFF7A10u)
#define PART_USB_UID1 (*(const volatile uint32_t *)0x1FFF7A14u)
#define PART_USB_UID2 (*(const volatile uint32_t *)0x1FFF7A18u)
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg")  \
  ALT(1, "@Option Bytes  /0x1FFFC000/01*016 e")  \
  ALT(2, "@OTP Memory /0x1FFF7800/01*512 e,01*016 e")  \
  ALT(3, "@Device Feature/0xFFFF0000/01*004 e")
#define PART_DFU_TRANSFER_SIZE 2048u
/* [rom-dfu-poll-times] as an F401 says: far less than the longest erase */
#define PART_DFU_WRITE_MS 104u
#define PART_DFU_ERASE_MS 100u
#define PART_DFU_MASS_ERASE_MS 100u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* [rom-start-time] with the clocks before and the measuring of HSE behind it the published minimum of 74.5 ms (T227) */
#define PART_START_WAIT() (RCC->CR |= RCC_CR_HSEON, wait_us(73000u))

/* [f411-go-clears-ahb1enr] */
#define PART_BEFORE_GO() (RCC->AHB1ENR = 0)

/* --- What this version does ----------------------------------------------------------------------------------------------- */

/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 1
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 0

#endif
