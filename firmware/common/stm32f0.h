/*
 * Registers of the STM32F042 and STM32F091, as far as this firmware touches them. The core is a Cortex-M0: it has no VTOR.
 * Source: RM0091 (STM32F0x1/x2/x8), the register sections of the blocks named below.
 */
#ifndef COMMON_STM32F0_H
#define COMMON_STM32F0_H

#define CORTEX_M_WITHOUT_VTOR
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
#define OPTION_BYTES_BASE 0x1FFFF800u
#define SRAM_BASE 0x20000000u
/* The base of system memory differs: 0x1FFF_C400 on F04x, 0x1FFF_D800 on F09x (RM0091, memory map; AN2606 r70 T35, T43). */
#define SYSTEM_MEMORY_BASE_F04X 0x1FFFC400u
#define SYSTEM_MEMORY_BASE_F09X 0x1FFFD800u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t CFGR;
  volatile uint32_t CIR;
  volatile uint32_t APB2RSTR;
  volatile uint32_t APB1RSTR;
  volatile uint32_t AHBENR;
  volatile uint32_t APB2ENR;
  volatile uint32_t APB1ENR;
  volatile uint32_t BDCR;
  volatile uint32_t CSR;
  volatile uint32_t AHBRSTR;
  volatile uint32_t CFGR2;
  volatile uint32_t CFGR3;
  volatile uint32_t CR2;
};
#define RCC ((struct rcc *)0x40021000u)
REGISTER_AT(rcc, AHBENR, 0x14);
REGISTER_AT(rcc, CSR, 0x24);
REGISTER_AT(rcc, CR2, 0x34);

#define RCC_CR_HSION (1u << 0)
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSITRIM_Pos 3u
#define RCC_CR_HSITRIM_Msk (0x1Fu << RCC_CR_HSITRIM_Pos)
#define RCC_CR_HSITRIM_RESET (16u << RCC_CR_HSITRIM_Pos)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_CSSON (1u << 19)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)

#define RCC_CFGR_SW_Pos 0u
#define RCC_CFGR_SW_Msk (3u << RCC_CFGR_SW_Pos)
#define RCC_CFGR_SWS_Pos 2u
#define RCC_CFGR_SWS_Msk (3u << RCC_CFGR_SWS_Pos)
#define RCC_CFGR_SW_HSI 0u
#define RCC_CFGR_SW_HSE 1u
#define RCC_CFGR_SW_PLL 2u
#define RCC_CFGR_SW_HSI48 3u
#define RCC_CFGR_HPRE_Pos 4u
#define RCC_CFGR_HPRE_Msk (0xFu << RCC_CFGR_HPRE_Pos)
#define RCC_CFGR_PPRE_Pos 8u
#define RCC_CFGR_PPRE_Msk (7u << RCC_CFGR_PPRE_Pos)
#define RCC_CFGR_PLLSRC_Pos 15u
#define RCC_CFGR_PLLSRC_Msk (3u << RCC_CFGR_PLLSRC_Pos)
#define RCC_CFGR_PLLSRC_HSI_DIV2 0u
#define RCC_CFGR_PLLSRC_HSI_PREDIV 1u
#define RCC_CFGR_PLLSRC_HSE_PREDIV 2u
#define RCC_CFGR_PLLSRC_HSI48_PREDIV 3u
#define RCC_CFGR_PLLMUL_Pos 18u /* times PLLMUL + 2 */
#define RCC_CFGR_PLLMUL_Msk (0xFu << RCC_CFGR_PLLMUL_Pos)

#define RCC_CFGR2_PREDIV_Msk 0xFu /* divides by PREDIV + 1 */

#define RCC_CR2_HSI14ON (1u << 0)
#define RCC_CR2_HSI14RDY (1u << 1)
#define RCC_CR2_HSI48ON (1u << 16)
#define RCC_CR2_HSI48RDY (1u << 17)

#define RCC_CFGR3_USBSW_PLL (1u << 7) /* F042; 0: HSI48 */

#define RCC_AHBENR_DMAEN (1u << 0)
#define RCC_AHBENR_SRAMEN (1u << 2)
#define RCC_AHBENR_FLITFEN (1u << 4)
#define RCC_AHBENR_CRCEN (1u << 6)
#define RCC_AHBENR_IOPAEN (1u << 17)
#define RCC_AHBENR_IOPBEN (1u << 18)
#define RCC_AHBENR_IOPCEN (1u << 19)
#define RCC_AHBENR_IOPDEN (1u << 20)
#define RCC_AHBENR_IOPFEN (1u << 22)
#define RCC_APB2ENR_SYSCFGEN (1u << 0) /* SYSCFGCOMPEN */
#define RCC_APB2ENR_SPI1EN (1u << 12)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define RCC_APB2ENR_TIM16EN (1u << 17)
#define RCC_APB2ENR_TIM17EN (1u << 18)
#define RCC_APB2ENR_DBGMCUEN (1u << 22)
#define RCC_APB1ENR_TIM2EN (1u << 0)
#define RCC_APB1ENR_TIM3EN (1u << 1)
#define RCC_APB1ENR_TIM14EN (1u << 8)
#define RCC_APB1ENR_WWDGEN (1u << 11)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB1ENR_I2C1EN (1u << 21)
#define RCC_APB1ENR_USBEN (1u << 23) /* F042 */
#define RCC_APB1RSTR_USBRST (1u << 23)
#define RCC_APB1ENR_CRSEN (1u << 27)
#define RCC_APB1ENR_PWREN (1u << 28)

#define RCC_CSR_LSION (1u << 0)
#define RCC_CSR_LSIRDY (1u << 1)
#define RCC_CSR_V18PWRRSTF (1u << 23)
#define RCC_CSR_RMVF (1u << 24)
#define RCC_CSR_OBLRSTF (1u << 25)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_PORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

/* --- FLASH ----------------------------------------------------------------------------------------------------------------- */

struct flash {
  volatile uint32_t ACR;
  volatile uint32_t KEYR;
  volatile uint32_t OPTKEYR;
  volatile uint32_t SR;
  volatile uint32_t CR;
  volatile uint32_t AR;
  uint32_t reserved_18;
  volatile uint32_t OBR;
  volatile uint32_t WRPR;
};
#define FLASH ((struct flash *)0x40022000u)
REGISTER_AT(flash, AR, 0x14);
REGISTER_AT(flash, WRPR, 0x20);

#define FLASH_KEYR_KEY1 0x45670123u
#define FLASH_KEYR_KEY2 0xCDEF89ABu
#define FLASH_OPTKEYR_KEY1 0x45670123u
#define FLASH_OPTKEYR_KEY2 0xCDEF89ABu

#define FLASH_ACR_LATENCY_Pos 0u
#define FLASH_ACR_LATENCY_Msk (7u << FLASH_ACR_LATENCY_Pos)
#define FLASH_ACR_HLFCYA (1u << 3)
#define FLASH_ACR_PRFTBE (1u << 4)
#define FLASH_ACR_PRFTBS (1u << 5)

#define FLASH_SR_BSY (1u << 0)
#define FLASH_SR_PGERR (1u << 2)
#define FLASH_SR_WRPRTERR (1u << 4)
#define FLASH_SR_EOP (1u << 5)

#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_PER (1u << 1)
#define FLASH_CR_MER (1u << 2)
#define FLASH_CR_OPTPG (1u << 4)
#define FLASH_CR_OPTER (1u << 5)
#define FLASH_CR_STRT (1u << 6)
#define FLASH_CR_LOCK (1u << 7)
#define FLASH_CR_OPTWRE (1u << 9)
#define FLASH_CR_ERRIE (1u << 10)
#define FLASH_CR_EOPIE (1u << 12)
#define FLASH_CR_OBL_LAUNCH (1u << 13)

#define FLASH_OBR_OPTERR (1u << 0)
#define FLASH_OBR_RDPRT_Pos 1u
#define FLASH_OBR_RDPRT_Msk (3u << FLASH_OBR_RDPRT_Pos)
#define FLASH_OBR_USER_Pos 8u

/* --- PWR ------------------------------------------------------------------------------------------------------------------- */

struct pwr {
  volatile uint32_t CR;
  volatile uint32_t CSR;
};
#define PWR ((struct pwr *)0x40007000u)

#define PWR_CR_DBP (1u << 8)

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

#define GPIOA ((struct gpio *)0x48000000u)
#define GPIOB ((struct gpio *)0x48000400u)
#define GPIOC ((struct gpio *)0x48000800u)
#define GPIOD ((struct gpio *)0x48000C00u)
#define GPIOF ((struct gpio *)0x48001400u)

/* --- SYSCFG, EXTI ---------------------------------------------------------------------------------------------------------- */

struct syscfg {
  volatile uint32_t CFGR1;
  uint32_t reserved_04;
  volatile uint32_t EXTICR[4];
  volatile uint32_t CFGR2;
};
#define SYSCFG ((struct syscfg *)0x40010000u)
REGISTER_AT(syscfg, CFGR2, 0x18);

#define SYSCFG_CFGR1_MEM_MODE_Pos 0u
#define SYSCFG_CFGR1_MEM_MODE_Msk (3u << SYSCFG_CFGR1_MEM_MODE_Pos)
#define SYSCFG_CFGR1_MEM_MODE_MAIN_FLASH 0u
#define SYSCFG_CFGR1_MEM_MODE_SYSTEM_FLASH 1u
#define SYSCFG_CFGR1_MEM_MODE_SRAM 3u
#define SYSCFG_CFGR2_SRAM_PEF (1u << 8) /* SRAM parity error; cleared by writing 1 */

#define EXTI ((struct exti *)0x40010400u)

/* --- USART, DBGMCU --------------------------------------------------------------------------------------------------------- */

#define USART1 ((struct usart *)0x40013800u)
#define USART2 ((struct usart *)0x40004400u)

/* Its clock is RCC_APB2ENR.DBGMCUEN. */
#define DBGMCU ((struct dbgmcu *)0x40015800u)

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFFF7ACu) /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFFF7CCu)

/* --- Interrupt numbers (RM0091, NVIC) -------------------------------------------------------------------------------------- */

#define FLASH_IRQ 3u
#define RCC_CRS_IRQ 4u
#define EXTI0_1_IRQ 5u
#define EXTI2_3_IRQ 6u
#define EXTI4_15_IRQ 7u
#define I2C1_IRQ 23u
#define SPI1_IRQ 25u
#define USART1_IRQ 27u
#define USART2_IRQ 28u
#define USB_IRQ 31u

#endif
