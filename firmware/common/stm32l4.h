/*
 * Registers of the STM32L47x/L48x parts, as far as this firmware touches them.
 * Source: RM0351 (STM32L47x/48x/49x/4Ax), the register sections of the blocks named below.
 */
#ifndef COMMON_STM32L4_H
#define COMMON_STM32L4_H

#include "cortex-m.h"
#include "dbgmcu.h"
#include "exti-v1.h"
#include "flash-double-word.h"
#include "gpio.h"
#include "iwdg.h"
#include "rtc-v2.h"
#include "usart-v2.h"
#include "wwdg.h"

/* --- Memory ---------------------------------------------------------------------------------------------------------------- */

#define FLASH_MEMORY_BASE 0x08000000u
#define SYSTEM_MEMORY_BASE 0x1FFF0000u
#define SRAM_BASE 0x20000000u
#define SRAM2_BASE 0x10000000u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t ICSCR;
  volatile uint32_t CFGR;
  volatile uint32_t PLLCFGR;
  volatile uint32_t PLLSAI1CFGR;
  volatile uint32_t PLLSAI2CFGR;
  volatile uint32_t CIER;
  volatile uint32_t CIFR;
  volatile uint32_t CICR;
  uint32_t reserved_24;
  volatile uint32_t AHB1RSTR;
  volatile uint32_t AHB2RSTR;
  volatile uint32_t AHB3RSTR;
  uint32_t reserved_34;
  volatile uint32_t APB1RSTR1;
  volatile uint32_t APB1RSTR2;
  volatile uint32_t APB2RSTR;
  uint32_t reserved_44;
  volatile uint32_t AHB1ENR;
  volatile uint32_t AHB2ENR;
  volatile uint32_t AHB3ENR;
  uint32_t reserved_54;
  volatile uint32_t APB1ENR1;
  volatile uint32_t APB1ENR2;
  volatile uint32_t APB2ENR;
  uint32_t reserved_64;
  volatile uint32_t AHB1SMENR;
  volatile uint32_t AHB2SMENR;
  volatile uint32_t AHB3SMENR;
  uint32_t reserved_74;
  volatile uint32_t APB1SMENR1;
  volatile uint32_t APB1SMENR2;
  volatile uint32_t APB2SMENR;
  uint32_t reserved_84;
  volatile uint32_t CCIPR;
  uint32_t reserved_8c;
  volatile uint32_t BDCR;
  volatile uint32_t CSR;
};
#define RCC ((struct rcc *)0x40021000u)
REGISTER_AT(rcc, CIER, 0x18);
REGISTER_AT(rcc, AHB1RSTR, 0x28);
REGISTER_AT(rcc, APB2RSTR, 0x40);
REGISTER_AT(rcc, AHB1ENR, 0x48);
REGISTER_AT(rcc, APB2ENR, 0x60);
REGISTER_AT(rcc, CCIPR, 0x88);
REGISTER_AT(rcc, BDCR, 0x90);
REGISTER_AT(rcc, CSR, 0x94);

#define RCC_CR_MSION (1u << 0)
#define RCC_CR_MSIRDY (1u << 1)
#define RCC_CR_MSIPLLEN (1u << 2)
#define RCC_CR_MSIRGSEL (1u << 3) /* set by writing 1, cleared only by a reset */
#define RCC_CR_MSIRANGE_Pos 4u
#define RCC_CR_MSIRANGE_Msk (0xFu << RCC_CR_MSIRANGE_Pos)
#define RCC_CR_MSIRANGE_4MHZ 6u
#define RCC_CR_MSIRANGE_48MHZ 11u
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIKERON (1u << 9)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_HSIASFS (1u << 11)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_CSSON (1u << 19)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CR_PLLSAI1ON (1u << 26)
#define RCC_CR_PLLSAI1RDY (1u << 27)
#define RCC_CR_PLLSAI2ON (1u << 28)
#define RCC_CR_PLLSAI2RDY (1u << 29)

#define RCC_ICSCR_MSITRIM_Pos 8u
#define RCC_ICSCR_MSITRIM_Msk (0xFFu << RCC_ICSCR_MSITRIM_Pos)
#define RCC_ICSCR_HSITRIM_Pos 24u
#define RCC_ICSCR_HSITRIM_Msk (0x1Fu << RCC_ICSCR_HSITRIM_Pos)
#define RCC_ICSCR_HSITRIM_RESET (16u << RCC_ICSCR_HSITRIM_Pos)

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

#define RCC_PLLCFGR_PLLSRC_Pos 0u
#define RCC_PLLCFGR_PLLSRC_Msk (3u << RCC_PLLCFGR_PLLSRC_Pos)
#define RCC_PLLCFGR_PLLSRC_MSI 1u
#define RCC_PLLCFGR_PLLSRC_HSI16 2u
#define RCC_PLLCFGR_PLLSRC_HSE 3u
#define RCC_PLLCFGR_PLLM_Pos 4u /* divides by PLLM + 1 */
#define RCC_PLLCFGR_PLLM_Msk (7u << RCC_PLLCFGR_PLLM_Pos)
#define RCC_PLLCFGR_PLLN_Pos 8u
#define RCC_PLLCFGR_PLLN_Msk (0x7Fu << RCC_PLLCFGR_PLLN_Pos)
#define RCC_PLLCFGR_PLLPEN (1u << 16)
#define RCC_PLLCFGR_PLLP (1u << 17) /* divides by 7, or 17 when set */
#define RCC_PLLCFGR_PLLQEN (1u << 20)
#define RCC_PLLCFGR_PLLQ_Pos 21u /* divides by 2 * (PLLQ + 1) */
#define RCC_PLLCFGR_PLLQ_Msk (3u << RCC_PLLCFGR_PLLQ_Pos)
#define RCC_PLLCFGR_PLLREN (1u << 24)
#define RCC_PLLCFGR_PLLR_Pos 25u /* divides by 2 * (PLLR + 1) */
#define RCC_PLLCFGR_PLLR_Msk (3u << RCC_PLLCFGR_PLLR_Pos)
#define RCC_PLLCFGR_RESET_VALUE 0x00001000u

#define RCC_AHB1ENR_DMA1EN (1u << 0)
#define RCC_AHB1ENR_DMA2EN (1u << 1)
#define RCC_AHB1ENR_FLASHEN (1u << 8)
#define RCC_AHB1ENR_CRCEN (1u << 12)
#define RCC_AHB1RSTR_FLASHRST (1u << 8)
#define RCC_AHB2ENR_GPIOAEN (1u << 0)
#define RCC_AHB2ENR_GPIOBEN (1u << 1)
#define RCC_AHB2ENR_GPIOCEN (1u << 2)
#define RCC_AHB2ENR_GPIODEN (1u << 3)
#define RCC_AHB2ENR_OTGFSEN (1u << 12)
#define RCC_AHB2RSTR_OTGFSRST (1u << 12)
#define RCC_APB1ENR1_TIM2EN (1u << 0)
#define RCC_APB1ENR1_TIM3EN (1u << 1)
#define RCC_APB1ENR1_WWDGEN (1u << 11)
#define RCC_APB1ENR1_SPI2EN (1u << 14)
#define RCC_APB1ENR1_USART2EN (1u << 17)
#define RCC_APB1ENR1_USART3EN (1u << 18)
#define RCC_APB1ENR1_I2C1EN (1u << 21)
#define RCC_APB1ENR1_I2C2EN (1u << 22)
#define RCC_APB1ENR1_I2C3EN (1u << 23)
#define RCC_APB1ENR1_CAN1EN (1u << 25)
#define RCC_APB1ENR1_PWREN (1u << 28)
#define RCC_APB2ENR_SYSCFGEN (1u << 0)
#define RCC_APB2ENR_SPI1EN (1u << 12)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define RCC_APB2ENR_TIM16EN (1u << 17)
#define RCC_APB2ENR_TIM17EN (1u << 18)

#define RCC_CCIPR_CLK48SEL_Pos 26u
#define RCC_CCIPR_CLK48SEL_Msk (3u << RCC_CCIPR_CLK48SEL_Pos)
#define RCC_CCIPR_CLK48SEL_MSI 3u

#define RCC_BDCR_LSEON (1u << 0)
#define RCC_BDCR_LSERDY (1u << 1)
#define RCC_BDCR_BDRST (1u << 16)

#define RCC_CSR_LSION (1u << 0)
#define RCC_CSR_LSIRDY (1u << 1)
#define RCC_CSR_MSISRANGE_Pos 8u
#define RCC_CSR_MSISRANGE_Msk (0xFu << RCC_CSR_MSISRANGE_Pos)
#define RCC_CSR_RMVF (1u << 23)
#define RCC_CSR_FWRSTF (1u << 24)
#define RCC_CSR_OBLRSTF (1u << 25)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_BORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

/* --- FLASH: what differs from G0 and C0 -------------------------------------------------------------------------------------- */

#define FLASH_ACR_DCEN (1u << 10)
#define FLASH_ACR_DCRST (1u << 12)
#define FLASH_SR_BSY (1u << 16)
#define FLASH_CR_PNB_Msk (0xFFu << FLASH_CR_PNB_Pos)
#define FLASH_CR_BKER (1u << 11)
#define FLASH_OPTR_BFB2 (1u << 20)
#define FLASH_OPTR_DUALBANK (1u << 21)

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

#define PWR_CR1_DBP (1u << 8)
#define PWR_CR1_VOS_Pos 9u
#define PWR_CR1_VOS_Msk (3u << PWR_CR1_VOS_Pos)
#define PWR_CR1_VOS_RANGE1 1u
#define PWR_CR1_VOS_RANGE2 2u
#define PWR_CR2_USV (1u << 10) /* VDDUSB is valid */
#define PWR_SR2_VOSF (1u << 10)

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

#define GPIOA ((struct gpio *)0x48000000u)
#define GPIOB ((struct gpio *)0x48000400u)
#define GPIOC ((struct gpio *)0x48000800u)
#define GPIOD ((struct gpio *)0x48000C00u)

/* --- SYSCFG, EXTI ---------------------------------------------------------------------------------------------------------- */

struct syscfg {
  volatile uint32_t MEMRMP;
  volatile uint32_t CFGR1;
  volatile uint32_t EXTICR[4];
  volatile uint32_t SCSR;
  volatile uint32_t CFGR2;
};
#define SYSCFG ((struct syscfg *)0x40010000u)
REGISTER_AT(syscfg, CFGR2, 0x1C);

#define SYSCFG_MEMRMP_MEM_MODE_Pos 0u
#define SYSCFG_MEMRMP_MEM_MODE_Msk (7u << SYSCFG_MEMRMP_MEM_MODE_Pos)
#define SYSCFG_MEMRMP_MEM_MODE_MAIN_FLASH 0u
#define SYSCFG_MEMRMP_MEM_MODE_SYSTEM_FLASH 1u
#define SYSCFG_MEMRMP_MEM_MODE_SRAM 3u
#define SYSCFG_MEMRMP_FB_MODE (1u << 8) /* bank 2 at 0x0800_0000 */
#define SYSCFG_CFGR2_SPF (1u << 8)      /* SRAM2 parity error; cleared by writing 1 */

#define EXTI ((struct exti *)0x40010400u)

/* --- USART, DBGMCU --------------------------------------------------------------------------------------------------------- */

#define USART1 ((struct usart *)0x40013800u)
#define USART2 ((struct usart *)0x40004400u)
#define USART3 ((struct usart *)0x40004800u)

#define DBGMCU ((struct dbgmcu *)0xE0042000u)

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFF7590u) /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFF75E0u)

/* --- Interrupt numbers (RM0351, NVIC) -------------------------------------------------------------------------------------- */

#define FLASH_IRQ 4u
#define RCC_IRQ 5u
#define EXTI3_IRQ 9u
#define EXTI9_5_IRQ 23u
#define I2C1_EV_IRQ 31u
#define SPI1_IRQ 35u
#define USART1_IRQ 37u
#define USART2_IRQ 38u
#define USART3_IRQ 39u
#define EXTI15_10_IRQ 40u
#define OTG_FS_IRQ 67u

#endif
