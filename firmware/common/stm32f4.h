/*
 * Registers of the STM32F411, as far as this firmware touches them.
 * Source: RM0383 (STM32F411xC/E), the register sections of the blocks named below.
 */
#ifndef COMMON_STM32F4_H
#define COMMON_STM32F4_H

#include "cortex-m.h"
#include "dbgmcu.h"
#include "exti-v1.h"
#include "gpio.h"
#include "iwdg.h"
#include "rtc-v2.h"
#include "usart-v1.h"
#include "wwdg.h"

/* --- Memory ---------------------------------------------------------------------------------------------------------------- */

#define FLASH_MEMORY_BASE 0x08000000u
#define SYSTEM_MEMORY_BASE 0x1FFF0000u
#define SRAM_BASE 0x20000000u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t PLLCFGR;
  volatile uint32_t CFGR;
  volatile uint32_t CIR;
  volatile uint32_t AHB1RSTR;
  volatile uint32_t AHB2RSTR;
  uint32_t reserved_18[2];
  volatile uint32_t APB1RSTR;
  volatile uint32_t APB2RSTR;
  uint32_t reserved_28[2];
  volatile uint32_t AHB1ENR;
  volatile uint32_t AHB2ENR;
  uint32_t reserved_38[2];
  volatile uint32_t APB1ENR;
  volatile uint32_t APB2ENR;
  uint32_t reserved_48[2];
  volatile uint32_t AHB1LPENR;
  volatile uint32_t AHB2LPENR;
  uint32_t reserved_58[2];
  volatile uint32_t APB1LPENR;
  volatile uint32_t APB2LPENR;
  uint32_t reserved_68[2];
  volatile uint32_t BDCR;
  volatile uint32_t CSR;
  uint32_t reserved_78[2];
  volatile uint32_t SSCGR;
  volatile uint32_t PLLI2SCFGR;
  uint32_t reserved_88;
  volatile uint32_t DCKCFGR;
};
#define RCC ((struct rcc *)0x40023800u)
REGISTER_AT(rcc, AHB1RSTR, 0x10);
REGISTER_AT(rcc, APB1RSTR, 0x20);
REGISTER_AT(rcc, AHB1ENR, 0x30);
REGISTER_AT(rcc, APB1ENR, 0x40);
REGISTER_AT(rcc, BDCR, 0x70);
REGISTER_AT(rcc, CSR, 0x74);
REGISTER_AT(rcc, PLLI2SCFGR, 0x84);

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
#define RCC_CR_PLLI2SON (1u << 26)
#define RCC_CR_PLLI2SRDY (1u << 27)

#define RCC_PLLCFGR_PLLM_Pos 0u
#define RCC_PLLCFGR_PLLM_Msk (0x3Fu << RCC_PLLCFGR_PLLM_Pos)
#define RCC_PLLCFGR_PLLN_Pos 6u
#define RCC_PLLCFGR_PLLN_Msk (0x1FFu << RCC_PLLCFGR_PLLN_Pos)
#define RCC_PLLCFGR_PLLP_Pos 16u /* divides by 2 * (PLLP + 1) */
#define RCC_PLLCFGR_PLLP_Msk (3u << RCC_PLLCFGR_PLLP_Pos)
#define RCC_PLLCFGR_PLLSRC_HSE (1u << 22) /* 0: HSI */
#define RCC_PLLCFGR_PLLQ_Pos 24u
#define RCC_PLLCFGR_PLLQ_Msk (0xFu << RCC_PLLCFGR_PLLQ_Pos)
#define RCC_PLLCFGR_RESET_VALUE 0x24003010u
#define RCC_PLLI2SCFGR_RESET_VALUE 0x24003000u

#define RCC_CFGR_SW_Pos 0u
#define RCC_CFGR_SW_Msk (3u << RCC_CFGR_SW_Pos)
#define RCC_CFGR_SWS_Pos 2u
#define RCC_CFGR_SWS_Msk (3u << RCC_CFGR_SWS_Pos)
#define RCC_CFGR_SW_HSI 0u
#define RCC_CFGR_SW_HSE 1u
#define RCC_CFGR_SW_PLL 2u
#define RCC_CFGR_HPRE_Pos 4u
#define RCC_CFGR_HPRE_Msk (0xFu << RCC_CFGR_HPRE_Pos)
#define RCC_CFGR_PPRE1_Pos 10u
#define RCC_CFGR_PPRE1_Msk (7u << RCC_CFGR_PPRE1_Pos)
#define RCC_CFGR_PPRE1_DIV2 4u
#define RCC_CFGR_PPRE2_Pos 13u
#define RCC_CFGR_PPRE2_Msk (7u << RCC_CFGR_PPRE2_Pos)
#define RCC_CFGR_RTCPRE_Pos 16u /* divides HSE */
#define RCC_CFGR_RTCPRE_Msk (0x1Fu << RCC_CFGR_RTCPRE_Pos)

#define RCC_AHB1ENR_GPIOAEN (1u << 0)
#define RCC_AHB1ENR_GPIOBEN (1u << 1)
#define RCC_AHB1ENR_GPIOCEN (1u << 2)
#define RCC_AHB1ENR_GPIODEN (1u << 3)
#define RCC_AHB1ENR_CRCEN (1u << 12)
#define RCC_AHB1ENR_DMA1EN (1u << 21)
#define RCC_AHB1ENR_DMA2EN (1u << 22)
#define RCC_AHB2ENR_OTGFSEN (1u << 7)
#define RCC_AHB2RSTR_OTGFSRST (1u << 7)
#define RCC_APB1ENR_TIM2EN (1u << 0)
#define RCC_APB1ENR_TIM3EN (1u << 1)
#define RCC_APB1ENR_WWDGEN (1u << 11)
#define RCC_APB1ENR_SPI2EN (1u << 14)
#define RCC_APB1ENR_SPI3EN (1u << 15)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB1ENR_I2C1EN (1u << 21)
#define RCC_APB1ENR_I2C2EN (1u << 22)
#define RCC_APB1ENR_I2C3EN (1u << 23)
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_APB1RSTR_PWRRST (1u << 28)
#define RCC_APB2ENR_USART1EN (1u << 4)
#define RCC_APB2ENR_USART6EN (1u << 5)
#define RCC_APB2ENR_SPI1EN (1u << 12)
#define RCC_APB2ENR_SYSCFGEN (1u << 14)
#define RCC_APB2ENR_TIM11EN (1u << 18)

#define RCC_CSR_LSION (1u << 0)
#define RCC_CSR_LSIRDY (1u << 1)
#define RCC_CSR_RMVF (1u << 24)
#define RCC_CSR_BORRSTF (1u << 25)
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
  volatile uint32_t OPTCR;
};
#define FLASH ((struct flash *)0x40023C00u)
REGISTER_AT(flash, OPTCR, 0x14);

#define FLASH_KEYR_KEY1 0x45670123u
#define FLASH_KEYR_KEY2 0xCDEF89ABu
#define FLASH_OPTKEYR_KEY1 0x08192A3Bu
#define FLASH_OPTKEYR_KEY2 0x4C5D6E7Fu

#define FLASH_ACR_LATENCY_Pos 0u
#define FLASH_ACR_LATENCY_Msk (0xFu << FLASH_ACR_LATENCY_Pos)
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_DCEN (1u << 10)
#define FLASH_ACR_ICRST (1u << 11)
#define FLASH_ACR_DCRST (1u << 12)

#define FLASH_SR_EOP (1u << 0)
#define FLASH_SR_OPERR (1u << 1) /* SOP in some editions */
#define FLASH_SR_WRPERR (1u << 4)
#define FLASH_SR_PGAERR (1u << 5)
#define FLASH_SR_PGPERR (1u << 6)
#define FLASH_SR_PGSERR (1u << 7)
#define FLASH_SR_RDERR (1u << 8)
#define FLASH_SR_BSY (1u << 16)

#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_SER (1u << 1)
#define FLASH_CR_MER (1u << 2)
#define FLASH_CR_SNB_Pos 3u
#define FLASH_CR_SNB_Msk (0xFu << FLASH_CR_SNB_Pos)
#define FLASH_CR_PSIZE_Pos 8u /* log2 of the bytes written at once */
#define FLASH_CR_PSIZE_Msk (3u << FLASH_CR_PSIZE_Pos)
#define FLASH_CR_STRT (1u << 16)
#define FLASH_CR_EOPIE (1u << 24)
#define FLASH_CR_ERRIE (1u << 25)
#define FLASH_CR_LOCK (1u << 31)

#define FLASH_OPTCR_OPTLOCK (1u << 0)
#define FLASH_OPTCR_OPTSTRT (1u << 1)
#define FLASH_OPTCR_RDP_Pos 8u
#define FLASH_OPTCR_RDP_Msk (0xFFu << FLASH_OPTCR_RDP_Pos)
#define FLASH_OPTCR_NWRP_Pos 16u
#define FLASH_OPTCR_NWRP_Msk (0xFFu << FLASH_OPTCR_NWRP_Pos)
#define FLASH_OPTCR_SPRMOD (1u << 31)

/* --- PWR ------------------------------------------------------------------------------------------------------------------- */

struct pwr {
  volatile uint32_t CR;
  volatile uint32_t CSR;
};
#define PWR ((struct pwr *)0x40007000u)

#define PWR_CR_DBP (1u << 8)
#define PWR_CR_VOS_Pos 14u /* written while the PLL is off, in force while it is on */
#define PWR_CR_VOS_Msk (3u << PWR_CR_VOS_Pos)
#define PWR_CR_VOS_SCALE1 3u /* up to 100 MHz */
#define PWR_CR_VOS_SCALE2 2u /* up to 84 MHz; the reset value */
#define PWR_CR_VOS_SCALE3 1u /* up to 64 MHz */
#define PWR_CSR_VOSRDY (1u << 14)

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

#define GPIOA ((struct gpio *)0x40020000u)
#define GPIOB ((struct gpio *)0x40020400u)
#define GPIOC ((struct gpio *)0x40020800u)
#define GPIOD ((struct gpio *)0x40020C00u)

/* --- SYSCFG, EXTI ---------------------------------------------------------------------------------------------------------- */

struct syscfg {
  volatile uint32_t MEMRMP;
  volatile uint32_t PMC;
  volatile uint32_t EXTICR[4];
  uint32_t reserved_18[2];
  volatile uint32_t CMPCR;
};
#define SYSCFG ((struct syscfg *)0x40013800u)
REGISTER_AT(syscfg, CMPCR, 0x20);

#define SYSCFG_MEMRMP_MEM_MODE_Pos 0u
#define SYSCFG_MEMRMP_MEM_MODE_Msk (3u << SYSCFG_MEMRMP_MEM_MODE_Pos)
#define SYSCFG_MEMRMP_MEM_MODE_MAIN_FLASH 0u
#define SYSCFG_MEMRMP_MEM_MODE_SYSTEM_FLASH 1u
#define SYSCFG_MEMRMP_MEM_MODE_SRAM 3u

#define EXTI ((struct exti *)0x40013C00u)

/* --- USART, TIM11, DBGMCU -------------------------------------------------------------------------------------------------- */

#define USART1 ((struct usart *)0x40011000u)
#define USART2 ((struct usart *)0x40004400u)
#define USART6 ((struct usart *)0x40011400u)

/* One channel, which can capture HSE divided by RTCPRE (RM0383 14.5, TIM10 and TIM11) */
struct tim11 {
  volatile uint32_t CR1;
  uint32_t reserved_04[2];
  volatile uint32_t DIER;
  volatile uint32_t SR;
  volatile uint32_t EGR;
  volatile uint32_t CCMR1;
  uint32_t reserved_1c;
  volatile uint32_t CCER;
  volatile uint32_t CNT;
  volatile uint32_t PSC;
  volatile uint32_t ARR;
  uint32_t reserved_30;
  volatile uint32_t CCR1;
  uint32_t reserved_38[6];
  volatile uint32_t OR;
};
#define TIM11 ((struct tim11 *)0x40014800u)
REGISTER_AT(tim11, CCER, 0x20);
REGISTER_AT(tim11, CCR1, 0x34);
REGISTER_AT(tim11, OR, 0x50);
#define TIM11_CR1_CEN (1u << 0)
#define TIM11_SR_CC1IF (1u << 1) /* cleared by reading CCR1 */
#define TIM11_CCMR1_CC1S_TI1 (1u << 0)
#define TIM11_CCMR1_IC1PSC_8 (3u << 2)
#define TIM11_CCER_CC1E (1u << 0)
#define TIM11_OR_TI1_RMP_HSE_RTC 2u

#define DBGMCU ((struct dbgmcu *)0xE0042000u)

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFF7A10u) /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFF7A22u)

/* --- Interrupt numbers (RM0383, NVIC) -------------------------------------------------------------------------------------- */

#define FLASH_IRQ 4u
#define RCC_IRQ 5u
#define EXTI9_5_IRQ 23u
#define TIM1_TRG_COM_TIM11_IRQ 26u
#define I2C1_EV_IRQ 31u
#define SPI1_IRQ 35u
#define USART1_IRQ 37u
#define USART2_IRQ 38u
#define EXTI15_10_IRQ 40u
#define OTG_FS_IRQ 67u
#define USART6_IRQ 71u

#endif
