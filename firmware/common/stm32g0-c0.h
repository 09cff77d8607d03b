/*
 * What the STM32G0 and STM32C0 families have in common, as far as this firmware touches it; include stm32g0.h or stm32c0.h.
 * Sources: RM0454 (STM32G0x0), RM0444 (STM32G0x1), RM0490 (STM32C0), the register sections of the blocks named below. Registers and
 * fields carry the manuals' names; what only some parts have says so.
 */
#ifndef COMMON_STM32G0_C0_H
#define COMMON_STM32G0_C0_H

#include "cortex-m.h"
#include "dbgmcu.h"
#include "exti-v2.h"
#include "flash-double-word.h"
#include "gpio.h"
#include "iwdg.h"
#include "usart-v2.h"
#include "wwdg.h"

/* --- Memory ---------------------------------------------------------------------------------------------------------------- */

#define FLASH_MEMORY_BASE 0x08000000u
#define SYSTEM_MEMORY_BASE 0x1FFF0000u
#define SRAM_BASE 0x20000000u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t ICSCR;
  volatile uint32_t CFGR;
  volatile uint32_t PLLCFGR; /* not on C0 */
  uint32_t reserved_10;
  volatile uint32_t CRRCR; /* G0B1, C071 */
  volatile uint32_t CIER;
  volatile uint32_t CIFR;
  volatile uint32_t CICR;
  volatile uint32_t IOPRSTR;
  volatile uint32_t AHBRSTR;
  volatile uint32_t APBRSTR1;
  volatile uint32_t APBRSTR2;
  volatile uint32_t IOPENR;
  volatile uint32_t AHBENR;
  volatile uint32_t APBENR1;
  volatile uint32_t APBENR2;
  volatile uint32_t IOPSMENR;
  volatile uint32_t AHBSMENR;
  volatile uint32_t APBSMENR1;
  volatile uint32_t APBSMENR2;
  volatile uint32_t CCIPR;
  volatile uint32_t CCIPR2; /* G0B1, C071 */
  volatile uint32_t BDCR;   /* C0: CSR1 */
  volatile uint32_t CSR;    /* C0: CSR2 */
};
#define RCC ((struct rcc *)0x40021000u)
REGISTER_AT(rcc, CIER, 0x18);
REGISTER_AT(rcc, IOPRSTR, 0x24);
REGISTER_AT(rcc, APBRSTR2, 0x30);
REGISTER_AT(rcc, IOPENR, 0x34);
REGISTER_AT(rcc, AHBENR, 0x38);
REGISTER_AT(rcc, APBENR1, 0x3C);
REGISTER_AT(rcc, APBENR2, 0x40);
REGISTER_AT(rcc, CCIPR, 0x54);
REGISTER_AT(rcc, BDCR, 0x5C);
REGISTER_AT(rcc, CSR, 0x60);

#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIKERON (1u << 9)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_HSIDIV_Pos 11u
#define RCC_CR_HSIDIV_Msk (7u << RCC_CR_HSIDIV_Pos)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_CSSON (1u << 19)

#define RCC_ICSCR_HSICAL_Pos 0u
#define RCC_ICSCR_HSICAL_Msk (0xFFu << RCC_ICSCR_HSICAL_Pos)
#define RCC_ICSCR_HSITRIM_Pos 8u
#define RCC_ICSCR_HSITRIM_Msk (0x7Fu << RCC_ICSCR_HSITRIM_Pos)
#define RCC_ICSCR_HSITRIM_RESET (64u << RCC_ICSCR_HSITRIM_Pos)

#define RCC_CFGR_SW_Pos 0u
#define RCC_CFGR_SW_Msk (7u << RCC_CFGR_SW_Pos)
#define RCC_CFGR_SWS_Pos 3u
#define RCC_CFGR_SWS_Msk (7u << RCC_CFGR_SWS_Pos)
#define RCC_CFGR_SW_HSISYS 0u
#define RCC_CFGR_SW_HSE 1u
#define RCC_CFGR_SW_LSI 3u
#define RCC_CFGR_SW_LSE 4u
#define RCC_CFGR_HPRE_Pos 8u
#define RCC_CFGR_HPRE_Msk (0xFu << RCC_CFGR_HPRE_Pos)
#define RCC_CFGR_PPRE_Pos 12u
#define RCC_CFGR_PPRE_Msk (7u << RCC_CFGR_PPRE_Pos)

#define RCC_IOPRSTR_GPIOARST (1u << 0)
#define RCC_IOPRSTR_GPIOBRST (1u << 1)
#define RCC_IOPRSTR_GPIOCRST (1u << 2)
#define RCC_IOPRSTR_GPIODRST (1u << 3)
#define RCC_IOPRSTR_GPIOFRST (1u << 5)
#define RCC_IOPENR_GPIOAEN (1u << 0)
#define RCC_IOPENR_GPIOBEN (1u << 1)
#define RCC_IOPENR_GPIOCEN (1u << 2)
#define RCC_IOPENR_GPIODEN (1u << 3)
#define RCC_IOPENR_GPIOFEN (1u << 5)

#define RCC_AHBENR_DMA1EN (1u << 0)
#define RCC_AHBENR_FLASHEN (1u << 8)
#define RCC_AHBENR_CRCEN (1u << 12)
#define RCC_AHBRSTR_DMA1RST (1u << 0)
#define RCC_AHBRSTR_FLASHRST (1u << 8)
#define RCC_AHBRSTR_CRCRST (1u << 12)

#define RCC_APBENR1_TIM2EN (1u << 0)
#define RCC_APBENR1_TIM3EN (1u << 1)
#define RCC_APBENR1_TIM6EN (1u << 4)
#define RCC_APBENR1_TIM7EN (1u << 5)
#define RCC_APBENR1_RTCAPBEN (1u << 10)
#define RCC_APBENR1_WWDGEN (1u << 11)
#define RCC_APBENR1_USBEN (1u << 13) /* G0B1, C071 */
#define RCC_APBENR1_SPI2EN (1u << 14)
#define RCC_APBENR1_CRSEN (1u << 16) /* G0B1, C071 */
#define RCC_APBENR1_USART2EN (1u << 17)
#define RCC_APBENR1_USART3EN (1u << 18)
#define RCC_APBENR1_USART4EN (1u << 19)
#define RCC_APBENR1_I2C1EN (1u << 21)
#define RCC_APBENR1_I2C2EN (1u << 22)
#define RCC_APBENR1_DBGEN (1u << 27)
#define RCC_APBENR1_PWREN (1u << 28)
#define RCC_APBRSTR1_TIM3RST (1u << 1)
#define RCC_APBRSTR1_TIM6RST (1u << 4)
#define RCC_APBRSTR1_TIM7RST (1u << 5)
#define RCC_APBRSTR1_USBRST (1u << 13) /* G0B1, C071 */
#define RCC_APBRSTR1_SPI2RST (1u << 14)
#define RCC_APBRSTR1_CRSRST (1u << 16) /* G0B1, C071 */
#define RCC_APBRSTR1_USART2RST (1u << 17)
#define RCC_APBRSTR1_USART3RST (1u << 18)
#define RCC_APBRSTR1_USART4RST (1u << 19)
#define RCC_APBRSTR1_I2C1RST (1u << 21)
#define RCC_APBRSTR1_I2C2RST (1u << 22)
#define RCC_APBRSTR1_DBGRST (1u << 27)
#define RCC_APBRSTR1_PWRRST (1u << 28)

#define RCC_APBENR2_SYSCFGEN (1u << 0)
#define RCC_APBENR2_TIM1EN (1u << 11)
#define RCC_APBENR2_SPI1EN (1u << 12)
#define RCC_APBENR2_USART1EN (1u << 14)
#define RCC_APBENR2_TIM14EN (1u << 15)
#define RCC_APBENR2_TIM15EN (1u << 16)
#define RCC_APBENR2_TIM16EN (1u << 17)
#define RCC_APBENR2_TIM17EN (1u << 18)
#define RCC_APBENR2_ADCEN (1u << 20)
#define RCC_APBRSTR2_SYSCFGRST (1u << 0)
#define RCC_APBRSTR2_TIM1RST (1u << 11)
#define RCC_APBRSTR2_SPI1RST (1u << 12)
#define RCC_APBRSTR2_USART1RST (1u << 14)
#define RCC_APBRSTR2_TIM14RST (1u << 15)
#define RCC_APBRSTR2_TIM15RST (1u << 16)
#define RCC_APBRSTR2_TIM16RST (1u << 17)
#define RCC_APBRSTR2_TIM17RST (1u << 18)
#define RCC_APBRSTR2_ADCRST (1u << 20)

#define RCC_CSR_LSION (1u << 0)
#define RCC_CSR_LSIRDY (1u << 1)
#define RCC_CSR_RMVF (1u << 23)
#define RCC_CSR_OBLRSTF (1u << 25)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_PWRRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

/* --- FLASH: what differs from L4 ------------------------------------------------------------------------------------------- */

#define FLASH_ACR_EMPTY (1u << 16)
#define FLASH_ACR_DBG_SWEN (1u << 18)
#define FLASH_SR_BSY1 (1u << 16)
#define FLASH_SR_CFGBSY (1u << 18)
#define FLASH_CR_PNB_Msk (0x3FFu << FLASH_CR_PNB_Pos)

/* --- PWR ------------------------------------------------------------------------------------------------------------------- */

struct pwr {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t CR3;
  volatile uint32_t CR4;
  volatile uint32_t SR1;
  volatile uint32_t SR2;
  volatile uint32_t SCR;
};
#define PWR ((struct pwr *)0x40007000u)
REGISTER_AT(pwr, SR2, 0x14);

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

#define GPIOA ((struct gpio *)0x50000000u)
#define GPIOB ((struct gpio *)0x50000400u)
#define GPIOC ((struct gpio *)0x50000800u)
#define GPIOD ((struct gpio *)0x50000C00u)
#define GPIOF ((struct gpio *)0x50001400u)

/* --- SYSCFG ---------------------------------------------------------------------------------------------------------------- */

struct syscfg {
  volatile uint32_t CFGR1;
  uint32_t reserved_04[5];
  volatile uint32_t CFGR2;
  uint32_t reserved_1c[25];
  volatile uint32_t ITLINE[32];
};
#define SYSCFG ((struct syscfg *)0x40010000u)
REGISTER_AT(syscfg, CFGR2, 0x18);
REGISTER_AT(syscfg, ITLINE, 0x80);

#define SYSCFG_CFGR1_MEM_MODE_Pos 0u
#define SYSCFG_CFGR1_MEM_MODE_Msk (3u << SYSCFG_CFGR1_MEM_MODE_Pos)
#define SYSCFG_CFGR1_MEM_MODE_MAIN_FLASH 0u
#define SYSCFG_CFGR1_MEM_MODE_SYSTEM_FLASH 1u
#define SYSCFG_CFGR1_MEM_MODE_SRAM 3u
#define SYSCFG_CFGR1_PA11_RMP (1u << 3) /* the pad of PA11 is PA9 */
#define SYSCFG_CFGR1_PA12_RMP (1u << 4) /* the pad of PA12 is PA10 */
#define SYSCFG_CFGR2_SRAM_PEF (1u << 8) /* SRAM parity error; cleared by writing 1 */

/* --- USART, DBG ------------------------------------------------------------------------------------------------------------ */

#define USART1 ((struct usart *)0x40013800u)
#define USART2 ((struct usart *)0x40004400u)

/* Its clock is RCC_APBENR1.DBGEN. */
#define DBGMCU ((struct dbgmcu *)0x40015800u)

/* --- Interrupt numbers both families have (RM0454 and RM0490, NVIC) --------------------------------------------------------- */

#define FLASH_IRQ 3u
#define RCC_IRQ 4u
#define EXTI0_1_IRQ 5u
#define EXTI2_3_IRQ 6u
#define EXTI4_15_IRQ 7u
#define I2C1_IRQ 23u
#define SPI1_IRQ 25u
#define USART1_IRQ 27u
#define USART2_IRQ 28u

#endif
