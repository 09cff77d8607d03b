/*
 * Registers of the STM32G0x0 parts, as far as this firmware touches them.
 * Source: RM0454 (STM32G0x0 reference manual), the register sections of the blocks named below. Registers and fields carry the
 * manual's names; a field that only larger parts of the family have says so.
 */
#ifndef COMMON_STM32G0_H
#define COMMON_STM32G0_H

#include "cortex-m.h"

/* --- Memory ---------------------------------------------------------------------------------------------------------------- */

#define FLASH_MEMORY_BASE 0x08000000u
#define SYSTEM_MEMORY_BASE 0x1FFF0000u
#define SRAM_BASE 0x20000000u

/* --- RCC ------------------------------------------------------------------------------------------------------------------- */

struct rcc {
  volatile uint32_t CR;
  volatile uint32_t ICSCR;
  volatile uint32_t CFGR;
  volatile uint32_t PLLCFGR;
  uint32_t reserved_10;
  volatile uint32_t CRRCR; /* STM32G0B0/B1/C1 */
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
  volatile uint32_t CCIPR2; /* STM32G0B0/B1/C1 */
  volatile uint32_t BDCR;
  volatile uint32_t CSR;
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
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)

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
#define RCC_CFGR_SW_PLLRCLK 2u
#define RCC_CFGR_SW_LSI 3u
#define RCC_CFGR_SW_LSE 4u
#define RCC_CFGR_HPRE_Pos 8u
#define RCC_CFGR_HPRE_Msk (0xFu << RCC_CFGR_HPRE_Pos)
#define RCC_CFGR_PPRE_Pos 12u
#define RCC_CFGR_PPRE_Msk (7u << RCC_CFGR_PPRE_Pos)

#define RCC_PLLCFGR_PLLSRC_Pos 0u
#define RCC_PLLCFGR_PLLSRC_Msk (3u << RCC_PLLCFGR_PLLSRC_Pos)
#define RCC_PLLCFGR_PLLSRC_HSI16 2u
#define RCC_PLLCFGR_PLLSRC_HSE 3u
#define RCC_PLLCFGR_PLLM_Pos 4u /* divides by PLLM + 1 */
#define RCC_PLLCFGR_PLLM_Msk (7u << RCC_PLLCFGR_PLLM_Pos)
#define RCC_PLLCFGR_PLLN_Pos 8u
#define RCC_PLLCFGR_PLLN_Msk (0x7Fu << RCC_PLLCFGR_PLLN_Pos)
#define RCC_PLLCFGR_PLLPEN (1u << 16)
#define RCC_PLLCFGR_PLLP_Pos 17u /* divides by PLLP + 1 */
#define RCC_PLLCFGR_PLLP_Msk (0x1Fu << RCC_PLLCFGR_PLLP_Pos)
#define RCC_PLLCFGR_PLLREN (1u << 28)
#define RCC_PLLCFGR_PLLR_Pos 29u /* divides by PLLR + 1 */
#define RCC_PLLCFGR_PLLR_Msk (7u << RCC_PLLCFGR_PLLR_Pos)
#define RCC_PLLCFGR_RESET_VALUE 0x00001000u

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

#define RCC_APBENR1_TIM3EN (1u << 1)
#define RCC_APBENR1_TIM6EN (1u << 4)
#define RCC_APBENR1_TIM7EN (1u << 5)
#define RCC_APBENR1_RTCAPBEN (1u << 10)
#define RCC_APBENR1_WWDGEN (1u << 11)
#define RCC_APBENR1_SPI2EN (1u << 14)
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
#define RCC_APBRSTR1_SPI2RST (1u << 14)
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

/* --- FLASH ----------------------------------------------------------------------------------------------------------------- */

struct flash {
  volatile uint32_t ACR;
  uint32_t reserved_04;
  volatile uint32_t KEYR;
  volatile uint32_t OPTKEYR;
  volatile uint32_t SR;
  volatile uint32_t CR;
  volatile uint32_t ECCR;
  uint32_t reserved_1c;
  volatile uint32_t OPTR;
  volatile uint32_t PCROP1ASR; /* STM32G0x1 */
  volatile uint32_t PCROP1AER; /* STM32G0x1 */
  volatile uint32_t WRP1AR;
  volatile uint32_t WRP1BR;
};
#define FLASH ((struct flash *)0x40022000u)
REGISTER_AT(flash, KEYR, 0x08);
REGISTER_AT(flash, SR, 0x10);
REGISTER_AT(flash, CR, 0x14);
REGISTER_AT(flash, ECCR, 0x18);
REGISTER_AT(flash, OPTR, 0x20);
REGISTER_AT(flash, WRP1AR, 0x2C);
REGISTER_AT(flash, WRP1BR, 0x30);

#define FLASH_ACR_LATENCY_Pos 0u
#define FLASH_ACR_LATENCY_Msk (7u << FLASH_ACR_LATENCY_Pos)
#define FLASH_ACR_PRFTEN (1u << 8)
#define FLASH_ACR_ICEN (1u << 9)
#define FLASH_ACR_ICRST (1u << 11)
#define FLASH_ACR_EMPTY (1u << 16)
#define FLASH_ACR_DBG_SWEN (1u << 18)

#define FLASH_SR_EOP (1u << 0)
#define FLASH_SR_OPERR (1u << 1)
#define FLASH_SR_PROGERR (1u << 3)
#define FLASH_SR_WRPERR (1u << 4)
#define FLASH_SR_PGAERR (1u << 5)
#define FLASH_SR_SIZERR (1u << 6)
#define FLASH_SR_PGSERR (1u << 7)
#define FLASH_SR_MISERR (1u << 8)
#define FLASH_SR_FASTERR (1u << 9)
#define FLASH_SR_RDERR (1u << 14)
#define FLASH_SR_OPTVERR (1u << 15)
#define FLASH_SR_BSY1 (1u << 16)
#define FLASH_SR_CFGBSY (1u << 18)

#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_PER (1u << 1)
#define FLASH_CR_MER1 (1u << 2)
#define FLASH_CR_PNB_Pos 3u
#define FLASH_CR_PNB_Msk (0x3FFu << FLASH_CR_PNB_Pos)
#define FLASH_CR_STRT (1u << 16)
#define FLASH_CR_OPTSTRT (1u << 17)
#define FLASH_CR_FSTPG (1u << 18)
#define FLASH_CR_EOPIE (1u << 24)
#define FLASH_CR_ERRIE (1u << 25)
#define FLASH_CR_RDERRIE (1u << 26)
#define FLASH_CR_OBL_LAUNCH (1u << 27)
#define FLASH_CR_OPTLOCK (1u << 30)
#define FLASH_CR_LOCK (1u << 31)

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
#define PWR_SR2_VOSF (1u << 10)

/* --- GPIO ------------------------------------------------------------------------------------------------------------------ */

struct gpio {
  volatile uint32_t MODER;
  volatile uint32_t OTYPER;
  volatile uint32_t OSPEEDR;
  volatile uint32_t PUPDR;
  volatile uint32_t IDR;
  volatile uint32_t ODR;
  volatile uint32_t BSRR;
  volatile uint32_t LCKR;
  volatile uint32_t AFRL;
  volatile uint32_t AFRH;
  volatile uint32_t BRR;
};
#define GPIOA ((struct gpio *)0x50000000u)
#define GPIOB ((struct gpio *)0x50000400u)
#define GPIOC ((struct gpio *)0x50000800u)
#define GPIOD ((struct gpio *)0x50000C00u)
#define GPIOF ((struct gpio *)0x50001400u)
REGISTER_AT(gpio, AFRL, 0x20);
REGISTER_AT(gpio, BRR, 0x28);

/* Two bits per pin. */
#define GPIO_MODER_INPUT 0u
#define GPIO_MODER_OUTPUT 1u
#define GPIO_MODER_ALTERNATE 2u
#define GPIO_MODER_ANALOG 3u
#define GPIO_PUPDR_NONE 0u
#define GPIO_PUPDR_PULL_UP 1u
#define GPIO_PUPDR_PULL_DOWN 2u

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
#define SYSCFG_CFGR2_SRAM_PEF (1u << 8) /* SRAM parity error; cleared by writing 1 */

/* --- USART ----------------------------------------------------------------------------------------------------------------- */

struct usart {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t CR3;
  volatile uint32_t BRR;
  volatile uint32_t GTPR;
  volatile uint32_t RTOR;
  volatile uint32_t RQR;
  volatile uint32_t ISR;
  volatile uint32_t ICR;
  volatile uint32_t RDR;
  volatile uint32_t TDR;
  volatile uint32_t PRESC;
};
#define USART1 ((struct usart *)0x40013800u)
#define USART2 ((struct usart *)0x40004400u)
#define USART3 ((struct usart *)0x40004800u)
#define USART4 ((struct usart *)0x40004C00u)
REGISTER_AT(usart, ISR, 0x1C);
REGISTER_AT(usart, PRESC, 0x2C);

#define USART_CR1_UE (1u << 0)
#define USART_CR1_UESM (1u << 1)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TCIE (1u << 6)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_PEIE (1u << 8)
#define USART_CR1_PS (1u << 9)
#define USART_CR1_PCE (1u << 10)
#define USART_CR1_M0 (1u << 12)
#define USART_CR1_OVER8 (1u << 15)
#define USART_CR1_M1 (1u << 28)
#define USART_CR1_FIFOEN (1u << 29)
#define USART_CR2_ABREN (1u << 20)
#define USART_CR2_ABRMOD_Pos 21u
#define USART_CR2_ABRMOD_Msk (3u << USART_CR2_ABRMOD_Pos)
#define USART_RQR_ABRRQ (1u << 0)
#define USART_RQR_SBKRQ (1u << 1)
#define USART_RQR_RXFRQ (1u << 3)
#define USART_ISR_PE (1u << 0)
#define USART_ISR_FE (1u << 1)
#define USART_ISR_NE (1u << 2)
#define USART_ISR_ORE (1u << 3)
#define USART_ISR_IDLE (1u << 4)
#define USART_ISR_RXNE (1u << 5)
#define USART_ISR_TC (1u << 6)
#define USART_ISR_TXE (1u << 7)
#define USART_ISR_ABRE (1u << 14)
#define USART_ISR_ABRF (1u << 15)
#define USART_ISR_BUSY (1u << 16)
#define USART_ISR_TEACK (1u << 21)
#define USART_ISR_REACK (1u << 22)
#define USART_ICR_PECF (1u << 0)
#define USART_ICR_FECF (1u << 1)
#define USART_ICR_NECF (1u << 2)
#define USART_ICR_ORECF (1u << 3)
#define USART_ICR_IDLECF (1u << 4)
#define USART_ICR_TCCF (1u << 6)

/* --- IWDG ------------------------------------------------------------------------------------------------------------------ */

struct iwdg {
  volatile uint32_t KR;
  volatile uint32_t PR;
  volatile uint32_t RLR;
  volatile uint32_t SR;
  volatile uint32_t WINR;
};
#define IWDG ((struct iwdg *)0x40003000u)

#define IWDG_KR_START 0xCCCCu
#define IWDG_KR_ACCESS 0x5555u
#define IWDG_KR_REFRESH 0xAAAAu
#define IWDG_SR_PVU (1u << 0)
#define IWDG_SR_RVU (1u << 1)
#define IWDG_SR_WVU (1u << 2)

/* --- TAMP, EXTI, DBG ------------------------------------------------------------------------------------------------------- */

struct tamp {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  uint32_t reserved_08[62];
  volatile uint32_t BKPR[5];
};
#define TAMP ((struct tamp *)0x4000B000u)
REGISTER_AT(tamp, BKPR, 0x100);

struct exti {
  volatile uint32_t RTSR1;
  volatile uint32_t FTSR1;
  volatile uint32_t SWIER1;
  volatile uint32_t RPR1;
  volatile uint32_t FPR1;
  uint32_t reserved_14[19];
  volatile uint32_t EXTICR[4];
  uint32_t reserved_70[4];
  volatile uint32_t IMR1;
  volatile uint32_t EMR1;
};
#define EXTI ((struct exti *)0x40021800u)
REGISTER_AT(exti, EXTICR, 0x60);
REGISTER_AT(exti, IMR1, 0x80);

/* Its clock is RCC_APBENR1.DBGEN. */
struct dbg {
  volatile uint32_t IDCODE;
  volatile uint32_t CR;
  volatile uint32_t APB_FZ1;
  volatile uint32_t APB_FZ2;
};
#define DBGMCU ((struct dbg *)0x40015800u)
#define DBGMCU_IDCODE_DEV_ID_Msk 0xFFFu
#define DBGMCU_APB_FZ1_DBG_IWDG_STOP (1u << 12)

/* --- Device signature ------------------------------------------------------------------------------------------------------ */

#define UID ((const volatile uint32_t *)0x1FFF7590u)             /* 96 bits */
#define FLASH_SIZE_KB ((const volatile uint16_t *)0x1FFF75E0u)

/* --- Interrupt numbers (RM0454, NVIC) -------------------------------------------------------------------------------------- */

#define FLASH_IRQ 3u
#define RCC_IRQ 4u
#define EXTI4_15_IRQ 7u
#define USART1_IRQ 27u
#define USART2_IRQ 28u
#define USART3_4_IRQ 29u

#endif
