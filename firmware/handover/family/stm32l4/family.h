#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32l4.h"

#define FAMILY_RESET_HZ 4000000u /* MSI, range 6 */
#define FAMILY_PLAIN_HZ FAMILY_RESET_HZ
#define FAMILY_FAST_HZ 80000000u

#define FAMILY_CSR (RCC->CSR)
#define CSR_POWER_LOST RCC_CSR_BORRSTF

#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_pllcfgr, RCC->PLLCFGR)                                                                                                 \
  X(rcc_icscr, RCC->ICSCR)                                                                                                     \
  X(ahb1enr, RCC->AHB1ENR)                                                                                                     \
  X(ahb2enr, RCC->AHB2ENR)                                                                                                     \
  X(apb1enr1, RCC->APB1ENR1)                                                                                                   \
  X(apb2enr, RCC->APB2ENR)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_cr, FLASH->CR)

#define FAMILY_SYSCFG(X) X(syscfg_memrmp, SYSCFG->MEMRMP)
#define FAMILY_SYSCFG_ENR (RCC->APB2ENR)
#define FAMILY_SYSCFG_ENR_MASK RCC_APB2ENR_SYSCFGEN
#define FAMILY_MEM_MODE (SYSCFG->MEMRMP)
#define FAMILY_MEM_MODE_Msk SYSCFG_MEMRMP_MEM_MODE_Msk

#define FAMILY_PORT_ENR (RCC->AHB2ENR)
#define FAMILY_PORT_ENR_Pos 0u
#define FAMILY_USART_VERSION 2
#define FAMILY_USART2_CLOCK_ON() enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_USART2EN)
#define FAMILY_USART2_HZ(hclk) (hclk)
#define FAMILY_USART2_PA2_ALTERNATE 7u

#define FAMILY_WWDG_CLOCK_ON() enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_WWDGEN)
#define FAMILY_TIM TIM3
#define FAMILY_TIM_CLOCK_ON() enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_TIM3EN)
#define FAMILY_DMA_CLOCK_ON() enable_clock(&RCC->AHB1ENR, RCC_AHB1ENR_DMA1EN)
#define FAMILY_TIM_DMA_CHANNEL 3
#define FAMILY_TIM_DMA_REQUEST() (DMA1->CSELR = 5u << 4 * (FAMILY_TIM_DMA_CHANNEL - 1)) /* TIM3_UP: RM0351, DMA1_CSELR */
#define FAMILY_MOST_WAIT_STATES 4u

#define FAMILY_USB_WANTS_FAST_CLOCK 1 /* MSI is wanted for USB; the bus clock must be 14.2 MHz at least (RM0351, OTG_FS) */
#define FAMILY_UID(word) (UID[word])

static inline void family_reset_peripherals(void)
{
  RCC->APB1RSTR1 = 0xFFFFFFFFu;
  RCC->APB1RSTR2 = 0xFFFFFFFFu;
  RCC->APB1RSTR1 = 0;
  RCC->APB1RSTR2 = 0;
  RCC->APB2RSTR = 0xFFFFFFFFu;
  RCC->APB2RSTR = 0;
  RCC->AHB1RSTR = ~RCC_AHB1RSTR_FLASHRST;
  RCC->AHB1RSTR = 0;
  RCC->AHB2RSTR = 0xFFFFFFFFu;
  RCC->AHB2RSTR = 0;
  RCC->AHB3RSTR = 0xFFFFFFFFu;
  RCC->AHB3RSTR = 0;
}

/* Parity of SRAM2 and a double error of the flash. SYSCFG has its clock. */
static inline void family_nmi_clear(void)
{
  SYSCFG->CFGR2 |= SYSCFG_CFGR2_SPF;
  FLASH->ECCR |= FLASH_ECCR_ECCD;
}

#endif
