#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32f0.h"

#define FAMILY_RESET_HZ 8000000u /* HSI */
#define FAMILY_PLAIN_HZ FAMILY_RESET_HZ
#define FAMILY_FAST_HZ 48000000u

#define FAMILY_CSR (RCC->CSR)
#define CSR_POWER_LOST RCC_CSR_PORRSTF

#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_cfgr2, RCC->CFGR2)                                                                                                     \
  X(rcc_cr2, RCC->CR2)                                                                                                         \
  X(ahbenr, RCC->AHBENR)                                                                                                       \
  X(apb1enr, RCC->APB1ENR)                                                                                                     \
  X(apb2enr, RCC->APB2ENR)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_cr, FLASH->CR)

#define FAMILY_SYSCFG(X) X(syscfg_cfgr1, SYSCFG->CFGR1)
#define FAMILY_SYSCFG_ENR (RCC->APB2ENR)
#define FAMILY_SYSCFG_ENR_MASK RCC_APB2ENR_SYSCFGEN
#define FAMILY_MEM_MODE (SYSCFG->CFGR1)
#define FAMILY_MEM_MODE_Msk SYSCFG_CFGR1_MEM_MODE_Msk
#define FAMILY_PWR_ENR (RCC->APB1ENR)
#define FAMILY_PWR_ENR_MASK RCC_APB1ENR_PWREN

#define FAMILY_PORT_ENR (RCC->AHBENR)
#define FAMILY_PORT_ENR_Pos 17u
#define FAMILY_USART_VERSION 2
#define FAMILY_USART2_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USART2EN)
#define FAMILY_USART2_HZ(hclk) (hclk)
#define FAMILY_USART2_PA2_ALTERNATE 1u

#define FAMILY_WWDG_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_WWDGEN)
#define FAMILY_TIM TIM3
#define FAMILY_TIM_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_TIM3EN)
#define FAMILY_DMA_CLOCK_ON() enable_clock(&RCC->AHBENR, RCC_AHBENR_DMAEN)
#define FAMILY_TIM_DMA_CHANNEL 3 /* RM0091, DMA requests of each channel */
/* On F09x CSELR chooses: 6 is TIM3_UP (DMA_CSELR, RM0091); elsewhere the register does not exist. */
#define FAMILY_TIM_DMA_REQUEST() (DMA1->CSELR = 6u << 4 * (FAMILY_TIM_DMA_CHANNEL - 1))
#define FAMILY_MOST_WAIT_STATES 1u

/* HSI48 and CRS (RM0091, RCC_CR2) */
#define FAMILY_USB48_CR (RCC->CR2)
#define FAMILY_USB48_ON RCC_CR2_HSI48ON
#define FAMILY_USB48_READY RCC_CR2_HSI48RDY
#define FAMILY_CRS_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_CRSEN)

#define FAMILY_USB_WANTS_FAST_CLOCK 1 /* the bus clock must be 10 MHz at least (RM0091, USB) */
#define FAMILY_UID(word) (UID[word])

static inline void family_reset_peripherals(void)
{
  RCC->APB1RSTR = 0xFFFFFFFFu;
  RCC->APB1RSTR = 0;
  RCC->APB2RSTR = 0xFFFFFFFFu;
  RCC->APB2RSTR = 0;
  RCC->AHBRSTR = 0xFFFFFFFFu;
  RCC->AHBRSTR = 0;
}

/* RAM parity. SYSCFG has its clock. */
static inline void family_nmi_clear(void) { SYSCFG->CFGR2 |= SYSCFG_CFGR2_SRAM_PEF; }

#endif
