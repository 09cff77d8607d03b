#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32l0.h"

#define FAMILY_RESET_HZ 2097152u /* MSI, range 5 */
/* HSI16: at 115200 baud MSI leaves 182 cycles for a byte, which two interrupts in a row can take. */
#define FAMILY_PLAIN_HZ 16000000u
#define FAMILY_FAST_HZ 32000000u

#define FAMILY_CSR (RCC->CSR)
#define CSR_POWER_LOST RCC_CSR_PORRSTF

#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_icscr, RCC->ICSCR)                                                                                                     \
  X(iopenr, RCC->IOPENR)                                                                                                       \
  X(ahbenr, RCC->AHBENR)                                                                                                       \
  X(apb1enr, RCC->APB1ENR)                                                                                                     \
  X(apb2enr, RCC->APB2ENR)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_pecr, FLASH->PECR)

#define FAMILY_SYSCFG(X) X(syscfg_cfgr1, SYSCFG->CFGR1)
#define FAMILY_SYSCFG_ENR (RCC->APB2ENR)
#define FAMILY_SYSCFG_ENR_MASK RCC_APB2ENR_SYSCFGEN
#define FAMILY_MEM_MODE (SYSCFG->CFGR1)
#define FAMILY_MEM_MODE_Msk SYSCFG_CFGR1_MEM_MODE_Msk
#define FAMILY_PWR_ENR (RCC->APB1ENR)
#define FAMILY_PWR_ENR_MASK RCC_APB1ENR_PWREN

#define FAMILY_PORT_ENR (RCC->IOPENR)
#define FAMILY_PORT_ENR_Pos 0u
#define FAMILY_USART_VERSION 2
#define FAMILY_USART2_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USART2EN)
#define FAMILY_USART2_HZ(hclk) (hclk)
#define FAMILY_USART2_PA2_ALTERNATE 4u

#define FAMILY_WWDG_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_WWDGEN)
#define FAMILY_TIM TIM2
#define FAMILY_TIM_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_TIM2EN)
#define FAMILY_DMA_CLOCK_ON() enable_clock(&RCC->AHBENR, RCC_AHBENR_DMAEN)
#define FAMILY_TIM_DMA_CHANNEL 2
#define FAMILY_TIM_DMA_REQUEST() (DMA1->CSELR = 8u << 4 * (FAMILY_TIM_DMA_CHANNEL - 1)) /* TIM2_UP: RM0377, DMA_CSELR */
#define FAMILY_MOST_WAIT_STATES 1u

/* HSI48, its reference and CRS: L0x2 and L0x3 (RM0376, RCC_CRRCR; SYSCFG_CFGR3) */
#define FAMILY_USB48_REFERENCE_ON() (SYSCFG->CFGR3 |= SYSCFG_CFGR3_EN_VREFINT | SYSCFG_CFGR3_ENREF_HSI48)
#define FAMILY_USB48_CR (RCC->CRRCR)
#define FAMILY_USB48_ON RCC_CRRCR_HSI48ON
#define FAMILY_USB48_READY RCC_CRRCR_HSI48RDY
#define FAMILY_CRS_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_CRSEN)

/*
 * PWR keeps its state: its reset would drop the core voltage to range 2, which cannot take the PLL's 32 MHz, and they are still in use
 * here. MIF is the flash interface.
 */
#define FAMILY_USB_WANTS_FAST_CLOCK 0
#define FAMILY_UID(word) (UID[(word) < 2u ? (word) : 5u])

static inline void family_reset_peripherals(void)
{
  RCC->APB1RSTR = ~RCC_APB1RSTR_PWRRST;
  RCC->APB1RSTR = 0;
  RCC->APB2RSTR = 0xFFFFFFFFu;
  RCC->APB2RSTR = 0;
  RCC->AHBRSTR = ~RCC_AHBRSTR_MIFRST;
  RCC->AHBRSTR = 0;
  RCC->IOPRSTR = 0xFFFFFFFFu;
  RCC->IOPRSTR = 0;
}

static inline void family_nmi_clear(void) {} /* neither parity nor ECC that raises NMI on these parts */

#endif
