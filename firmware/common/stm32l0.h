/*
 * Registers of the STM32L0 parts, as far as this firmware touches them.
 * Source: RM0377 (STM32L0x1) and RM0367 (STM32L0x3), the register sections of the blocks named below; what only larger parts have says
 * so.
 */
#ifndef COMMON_STM32L0_H
#define COMMON_STM32L0_H

#include "cortex-m.h"
#include "dbgmcu.h"
#include "exti-v1.h"
#include "gpio.h"
#include "iwdg.h"
#include "rtc-v2.h"
#include "usart-v2.h"
#include "wwdg.h"

/* --- Memory ---------------------------------------------------------------------------------------------------------------- */

#define FLASH_MEMORY_BASE 0x08000000u
#define DATA_EEPROM_BASE 0x08080000u
#define SYSTEM_MEMORY_BASE 0x1FF00000u
#define OPTION_BYTES_BASE 0x1FF80000u
#define SRAM_BASE 0x20000000u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t ICSCR;
  volatile uint32_t CRRCR; /* L0x2, L0x3 */
  volatile uint32_t CFGR;
  volatile uint32_t CIER;
  volatile uint32_t CIFR;
  volatile uint32_t CICR;
  volatile uint32_t IOPRSTR;
  volatile uint32_t AHBRSTR;
  volatile uint32_t APB2RSTR;
  volatile uint32_t APB1RSTR;
  volatile uint32_t IOPENR;
  volatile uint32_t AHBENR;
  volatile uint32_t APB2ENR;
  volatile uint32_t APB1ENR;
  volatile uint32_t IOPSMENR;
  volatile uint32_t AHBSMENR;
  volatile uint32_t APB2SMENR;
  volatile uint32_t APB1SMENR;
  volatile uint32_t CCIPR;
  volatile uint32_t CSR;
};
#define RCC ((struct rcc *)0x40021000u)
REGISTER_AT(rcc, CFGR, 0x0C);
REGISTER_AT(rcc, IOPRSTR, 0x1C);
REGISTER_AT(rcc, IOPENR, 0x2C);
REGISTER_AT(rcc, APB1ENR, 0x38);
REGISTER_AT(rcc, CSR, 0x50);

#define RCC_CR_HSI16ON (1u << 0)
#define RCC_CR_HSI16KERON (1u << 1)
#define RCC_CR_HSI16RDYF (1u << 2)
#define RCC_CR_HSI16DIVEN (1u << 3)
#define RCC_CR_HSI16DIVF (1u << 4)
#define RCC_CR_MSION (1u << 8)
#define RCC_CR_MSIRDY (1u << 9)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_CSSHSEON (1u << 19)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)

#define RCC_ICSCR_HSI16TRIM_Pos 8u
#define RCC_ICSCR_HSI16TRIM_Msk (0x1Fu << RCC_ICSCR_HSI16TRIM_Pos)
#define RCC_ICSCR_HSI16TRIM_RESET (16u << RCC_ICSCR_HSI16TRIM_Pos)
#define RCC_ICSCR_MSIRANGE_Pos 13u
#define RCC_ICSCR_MSIRANGE_Msk (7u << RCC_ICSCR_MSIRANGE_Pos)
#define RCC_ICSCR_MSIRANGE_2097KHZ 5u

#define RCC_CRRCR_HSI48ON (1u << 0)
#define RCC_CRRCR_HSI48RDY (1u << 1)
#define RCC_CRRCR_HSI48DIV6EN (1u << 2)

#define RCC_CFGR_SW_Pos 0u
#define RCC_CFGR_SW_Msk (3u << RCC_CFGR_SW_Pos)
#define RCC_CFGR_SWS_Pos 2u
#define RCC_CFGR_SWS_Msk (3u << RCC_CFGR_SWS_Pos)
#define RCC_CFGR_SW_MSI 0u
#define RCC_CFGR_SW_HSI16 1u
#define RCC_CFGR_SW_HSE 2u
#define RCC_CFGR_SW_PLL 3u
#define RCC_CFGR_HPRE_Pos 4u
#define RCC_CFGR_HPRE_Msk (0xFu << RCC_CFGR_HPRE_Pos)
#define RCC_CFGR_PPRE1_Pos 8u
#define RCC_CFGR_PPRE1_Msk (7u << RCC_CFGR_PPRE1_Pos)
#define RCC_CFGR_PPRE2_Pos 11u
#define RCC_CFGR_PPRE2_Msk (7u << RCC_CFGR_PPRE2_Pos)
#define RCC_CFGR_PLLSRC_HSE (1u << 16) /* 0: HSI16 */
#define RCC_CFGR_PLLMUL_Pos 18u        /* times 3, 4, 6, 8, 12, 16, 24, 32, 48 */
#define RCC_CFGR_PLLMUL_Msk (0xFu << RCC_CFGR_PLLMUL_Pos)
#define RCC_CFGR_PLLMUL_4 1u
#define RCC_CFGR_PLLMUL_6 2u
#define RCC_CFGR_PLLDIV_Pos 22u /* divides by PLLDIV + 1; 0 is not allowed */
#define RCC_CFGR_PLLDIV_Msk (3u << RCC_CFGR_PLLDIV_Pos)

#define RCC_IOPENR_IOPAEN (1u << 0)
#define RCC_IOPENR_IOPBEN (1u << 1)
#define RCC_IOPENR_IOPCEN (1u << 2)
#define RCC_IOPENR_IOPDEN (1u << 3)
#define RCC_AHBENR_DMAEN (1u << 0)
#define RCC_AHBENR_MIFEN (1u << 8)
#define RCC_AHBENR_CRCEN (1u << 12)
#define RCC_AHBRSTR_MIFRST (1u << 8)
#define RCC_APB2ENR_SYSCFGEN (1u << 0)
#define RCC_APB2ENR_TIM21EN (1u << 2)
#define RCC_APB2ENR_TIM22EN (1u << 5)
#define RCC_APB2ENR_SPI1EN (1u << 12)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define RCC_APB2ENR_DBGEN (1u << 22)
#define RCC_APB1ENR_TIM2EN (1u << 0)
#define RCC_APB1ENR_WWDGEN (1u << 11)
#define RCC_APB1ENR_SPI2EN (1u << 14)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB1ENR_LPUART1EN (1u << 18)
#define RCC_APB1ENR_I2C1EN (1u << 21)
#define RCC_APB1ENR_USBEN (1u << 23) /* L0x2, L0x3 */
#define RCC_APB1RSTR_USBRST (1u << 23)
#define RCC_APB1ENR_CRSEN (1u << 27) /* L0x2, L0x3 */
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_APB1RSTR_PWRRST (1u << 28)
#define RCC_CCIPR_HSI48SEL (1u << 26) /* L0x2, L0x3: HSI48 for USB; 0: PLL */

#define RCC_CSR_LSION (1u << 0)
#define RCC_CSR_LSIRDY (1u << 1)
#define RCC_CSR_LSEON (1u << 8)
#define RCC_CSR_LSERDY (1u << 9)
#define RCC_CSR_RTCEN (1u << 18)
#define RCC_CSR_RTCRST (1u << 19)
#define RCC_CSR_RMVF (1u << 23)
#define RCC_CSR_FWRSTF (1u << 24)
#define RCC_CSR_OBLRSTF (1u << 25)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_PORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

/* --- FLASH and data EEPROM --------------------------------------------------------------------------------------------------- */

struct flash {
  volatile uint32_t ACR;
  volatile uint32_t PECR;
  volatile uint32_t PDKEYR;
  volatile uint32_t PEKEYR;
  volatile uint32_t PRGKEYR;
  volatile uint32_t OPTKEYR;
  volatile uint32_t SR;
  volatile uint32_t OPTR;
  volatile uint32_t WRPROT1;
  uint32_t reserved_24[23];
  volatile uint32_t WRPROT2; /* category 5: L07x, L08x */
};
#define FLASH ((struct flash *)0x40022000u)
REGISTER_AT(flash, SR, 0x18);
REGISTER_AT(flash, WRPROT1, 0x20);
REGISTER_AT(flash, WRPROT2, 0x80);

#define FLASH_PEKEYR_KEY1 0x89ABCDEFu
#define FLASH_PEKEYR_KEY2 0x02030405u
#define FLASH_PRGKEYR_KEY1 0x8C9DAEBFu
#define FLASH_PRGKEYR_KEY2 0x13141516u
#define FLASH_OPTKEYR_KEY1 0xFBEAD9C8u
#define FLASH_OPTKEYR_KEY2 0x24252627u

#define FLASH_ACR_LATENCY_Pos 0u
#define FLASH_ACR_LATENCY_Msk (1u << FLASH_ACR_LATENCY_Pos)
#define FLASH_ACR_LATENCY FLASH_ACR_LATENCY_Msk
#define FLASH_ACR_PRFTEN (1u << 1)
#define FLASH_ACR_SLEEP_PD (1u << 3)
#define FLASH_ACR_RUN_PD (1u << 4)
#define FLASH_ACR_DISAB_BUF (1u << 5)
#define FLASH_ACR_PRE_READ (1u << 6)

#define FLASH_PECR_PELOCK (1u << 0)
#define FLASH_PECR_PRGLOCK (1u << 1)
#define FLASH_PECR_OPTLOCK (1u << 2)
#define FLASH_PECR_PROG (1u << 3)
#define FLASH_PECR_DATA (1u << 4)
#define FLASH_PECR_FIX (1u << 8)
#define FLASH_PECR_ERASE (1u << 9)
#define FLASH_PECR_FPRG (1u << 10)
#define FLASH_PECR_PARALLELBANK (1u << 15)
#define FLASH_PECR_EOPIE (1u << 16)
#define FLASH_PECR_ERRIE (1u << 17)
#define FLASH_PECR_OBL_LAUNCH (1u << 18)
#define FLASH_PECR_HALF_ARRAY (1u << 19)
#define FLASH_PECR_NZDISABLE (1u << 22)

#define FLASH_SR_BSY (1u << 0)
#define FLASH_SR_EOP (1u << 1)
#define FLASH_SR_ENDHV (1u << 2)
#define FLASH_SR_READY (1u << 3)
#define FLASH_SR_WRPERR (1u << 8)
#define FLASH_SR_PGAERR (1u << 9)
#define FLASH_SR_SIZERR (1u << 10)
#define FLASH_SR_OPTVERR (1u << 11)
#define FLASH_SR_RDERR (1u << 13)
#define FLASH_SR_NOTZEROERR (1u << 16)
#define FLASH_SR_FWWERR (1u << 17)

#define FLASH_OPTR_BFB2 (1u << 23) /* category 5 */

/* --- PWR ------------------------------------------------------------------------------------------------------------------- */

struct pwr {
  volatile uint32_t CR;
  volatile uint32_t CSR;
};
#define PWR ((struct pwr *)0x40007000u)

#define PWR_CR_DBP (1u << 8)
#define PWR_CR_VOS_Pos 11u
#define PWR_CR_VOS_Msk (3u << PWR_CR_VOS_Pos)
#define PWR_CR_VOS_RANGE1 1u /* up to 32 MHz */
#define PWR_CR_VOS_RANGE2 2u /* up to 16 MHz; the reset value */
#define PWR_CSR_VOSF (1u << 4)

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

#define GPIOA ((struct gpio *)0x50000000u)
#define GPIOB ((struct gpio *)0x50000400u)
#define GPIOC ((struct gpio *)0x50000800u)
#define GPIOD ((struct gpio *)0x50000C00u)

/* --- SYSCFG, EXTI ---------------------------------------------------------------------------------------------------------- */

struct syscfg {
  volatile uint32_t CFGR1;
  volatile uint32_t CFGR2;
  volatile uint32_t EXTICR[4];
  uint32_t reserved_18[2];
  volatile uint32_t CFGR3;
};
#define SYSCFG ((struct syscfg *)0x40010000u)
REGISTER_AT(syscfg, CFGR3, 0x20);

#define SYSCFG_CFGR1_MEM_MODE_Pos 0u
#define SYSCFG_CFGR1_MEM_MODE_Msk (3u << SYSCFG_CFGR1_MEM_MODE_Pos)
#define SYSCFG_CFGR1_MEM_MODE_MAIN_FLASH 0u
#define SYSCFG_CFGR1_MEM_MODE_SYSTEM_FLASH 1u
#define SYSCFG_CFGR1_MEM_MODE_SRAM 3u
#define SYSCFG_CFGR1_UFB (1u << 3) /* category 5: bank 2 at 0x0800_0000 */
#define SYSCFG_CFGR3_EN_VREFINT (1u << 0)
#define SYSCFG_CFGR3_ENREF_HSI48 (1u << 13) /* L0x2, L0x3 */

#define EXTI ((struct exti *)0x40010400u)

/* --- USART, DBG ------------------------------------------------------------------------------------------------------------ */

#define USART1 ((struct usart *)0x40013800u) /* not on L01x, L02x, L03x, L04x */
#define USART2 ((struct usart *)0x40004400u)

/* Its clock is RCC_APB2ENR.DBGEN. */
#define DBGMCU ((struct dbgmcu *)0x40015800u)

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FF80050u) /* words at +0x00, +0x04 and +0x14 */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FF8007Cu)

/* --- Interrupt numbers (RM0367, NVIC) -------------------------------------------------------------------------------------- */

#define FLASH_IRQ 3u
#define RCC_IRQ 4u
#define EXTI0_1_IRQ 5u
#define EXTI2_3_IRQ 6u
#define EXTI4_15_IRQ 7u
#define SPI1_IRQ 25u
#define USART1_IRQ 27u
#define USART2_IRQ 28u
#define USB_IRQ 31u

#endif
