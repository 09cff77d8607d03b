/*
 * STM32L476 (STM32L47x/48x die, product id 0x415; facts are those of the RG). BY_VERSION lists the values for ROM ID 0x92 (V9.2, silicon
 * revision 4), 0xA2 and 0xA3 (V10.2, V10.3; revisions 2 and 3). Tags are rows of hil/chip/rom/.
 */
#ifndef ROM_PARTS_STM32L476_H
#define ROM_PARTS_STM32L476_H

#define PART_FAMILY_HEADER "stm32l4.h"

#if ROM_ID == 0x92
#define BY_VERSION(v92, va2, va3) (v92)
#elif ROM_ID == 0xA2
#define BY_VERSION(v92, va2, va3) (va2)
#elif ROM_ID == 0xA3
#define BY_VERSION(v92, va2, va3) (va3)
#else
#error "ROM_ID must be 0x92, 0xA2 or 0xA3"
#endif

/* --- Facts: AN2606 r70 T3, T168 to T171, T226; AN3155 r20 ---------------------------------------------------------------- */

#define PART_PRODUCT_ID 0x415u
#define PART_PROTOCOL_VERSION 0x31u
#define PART_HAS_VTOR 1
#define PART_INTERRUPTS 82

#define PART_FLASH_BASE 0x08000000u
#define PART_FLASH_END 0x08100000u
#define PART_FLASH_PAGES 512u
#define PART_FLASH_BANKS 2
#define PART_HAS_MASS_ERASE 1
#define PART_WRITE_ALIGNMENT 8u
#define PART_FLASH_BUSY FLASH_SR_BSY
#define PART_WRP_SECTORS 512u
#define PART_WRP_WORDS 16u
#define PART_WRP_NONE 0x000000FFu
#define PART_SYSTEM_MEMORY_BASE 0x1FFF0000u
#define PART_SYSTEM_MEMORY_END 0x1FFF7000u
#define PART_OTP_BASE 0x1FFF7000u
#define PART_OTP_END 0x1FFF7400u
/* [rom-rm-engineering-bytes] unique id, flash size, package */
#define PART_ENGINEERING_BASE 0x1FFF7500u
#define PART_ENGINEERING_END 0x1FFF7800u
/* bank 1's copy; that of bank 2 (0x1FFF_F800) is not served */
#define PART_OPTION_BASE 0x1FFF7800u
#define PART_OPTION_END 0x1FFF7828u
/* [rom-ram-window] RAM below is the ROM's own; T168 and T170 say 12 KB (V10.x) and 13 KB (V9.x) */
#define PART_HOST_RAM_BASE BY_VERSION(0x20003100u, 0x20003000u, 0x20003000u)
#define PART_HOST_RAM_END 0x20018000u

/* [rom-clock-factors] 72 MHz = HSI16 / 2 * 36 / 4, 24 MHz = HSI16 / 2 * 12 / 4. Wait states (RM0351
   3.3.3): of range 1 for 72 MHz, which range 2 does not allow; of range 2 for 24 MHz, as the range is the caller's */
#define PART_PLL_M 2u
#define PART_PLL_N BY_VERSION(36u, 12u, 12u)
#define PART_PLL_R 4u
#define PART_CLOCK_HZ BY_VERSION(72000000u, 24000000u, 24000000u)
#define PART_FLASH_LATENCY BY_VERSION(4, 3, 3)

#define PART_USART_HAS_PRESCALER 0
#define PART_HAS_AUTO_BAUD 0
#define PART_HAS_SOFTWARE_BAUD 1
#define PART_PORTS(PORT)                                                                                                       \
  PORT(USART1, GPIOA, 9, 10, 7, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                             \
  PORT(USART2, GPIOA, 2, 3, 7, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)                                                              \
  PORT(USART3, GPIOC, 10, 11, 7, BAUD_EDGES, GPIO_PUPDR_PULL_UP, 0)

#define PART_HAS_USB 1
#define PART_USB_IRQ OTG_FS_IRQ
/* [rom-usb-identity] */
#define PART_USB_BCD_USB 0x0100u
#define PART_USB_BCD_DEVICE 0x2200u
#define PART_USB_PRODUCT "STM32  BOOTLOADER"
/* [rom-usb-serial] */
#define PART_USB_UID0 (*(const volatile uint32_t *)0x1FFF7590u)
#define PART_USB_UID1 (*(const volatile uint32_t *)0x1FFF7594u)
#define PART_USB_UID2 (*(const volatile uint32_t *)0x1FFF7598u)
#define PART_USB_ALTERNATES(ALT) \
  ALT(0, "@Internal Flash  /0x08000000/0512*0002Kg")  \
  ALT(1, "@Option Bytes  /0x1FFF7800/01*040 e")  \
  ALT(2, "@OTP Memory /0x1FFF7000/01*0001Ke")  \
  ALT(3, "@Device Feature/0xFFFF0000/01*004 e")
#define PART_DFU_TRANSFER_SIZE 2048u
/* [rom-dfu-poll-times] 256 double words of 90.76 us; page and mass erase (DS10198, recalled) */
#define PART_DFU_WRITE_MS 24u
#define PART_DFU_ERASE_MS 25u
#define PART_DFU_MASS_ERASE_MS 25u

/* [rom-rdp-level1-byte] */
#define PART_RDP_LEVEL1 0xBBu

/* [l476-waits-for-lse] microseconds from start to detection (T227): without a 32 kHz crystal the wait for it ends late */
#define PART_START_US 55000u
#define PART_START_US_WITHOUT_LSE 2560000u
void clock_wait_for_lse(void);
#define PART_START_WAIT() clock_wait_for_lse()

/* [l476-mem-mode-tells-boot-pin] MEM_MODE takes the choice of the BOOT0 pin at reset: with BFB2 it is 0 although the ROM runs first */
#define PART_BOOTED_FROM_SYSTEM_MEMORY()                                                                                       \
  ((SYSCFG->MEMRMP & SYSCFG_MEMRMP_MEM_MODE_Msk) == SYSCFG_MEMRMP_MEM_MODE_SYSTEM_FLASH << SYSCFG_MEMRMP_MEM_MODE_Pos)
#define PART_BANK2_FIRST() (SYSCFG->MEMRMP |= SYSCFG_MEMRMP_FB_MODE)
#define PART_BANK1_FIRST() (SYSCFG->MEMRMP &= ~SYSCFG_MEMRMP_FB_MODE)
#define IS_IN(word, base, size) ((word) - (base) <= (size))
#define PART_IS_STACK(word)                                                                                                    \
  (IS_IN(word, SRAM_BASE, 0x18000u) || (ROM_TAKES_STACK_IN_SRAM2 && IS_IN(word, SRAM2_BASE, 0x8000u)))

/* --- What the versions do differently -------------------------------------------------------------------------------- */

#define ROM_REPEATS_BOOT_DECISION 1
/* [l476-stack-in-sram2] */
#define ROM_TAKES_STACK_IN_SRAM2 BY_VERSION(0, 0, 1)
#define ROM_LAUNCHES_OPTION_BYTES 1
#define ROM_ERASE_BUSY FLASH_SR_BSY
/* [rom-wm-length-nack] */
#define ROM_REFUSES_ODD_LENGTHS 1
/* [rom-dfu-first-status] */
#define ROM_DFU_STARTS_IN_ERROR 1
/* [rom-dfu-leave-unanswered] */
#define ROM_DFU_LEAVES_UNANSWERED 0
/* [l476-dfu-loses-tail] */
#define ROM_DFU_LOSES_LONG_TAIL 1

#endif
