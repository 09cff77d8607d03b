#ifndef HANDOVER_FAMILY_H
#define HANDOVER_FAMILY_H

#include "stm32f4.h"

#define FAMILY_RESET_HZ 16000000u /* HSI */
#define FAMILY_PLAIN_HZ FAMILY_RESET_HZ
#define FAMILY_FAST_HZ 100000000u

#define FAMILY_CSR (RCC->CSR)
#define CSR_POWER_LOST RCC_CSR_PORRSTF

#define FAMILY_RCC_AND_FLASH(X)                                                                                                \
  X(rcc_cr, RCC->CR)                                                                                                           \
  X(rcc_cfgr, RCC->CFGR)                                                                                                       \
  X(rcc_pllcfgr, RCC->PLLCFGR)                                                                                                 \
  X(ahb1enr, RCC->AHB1ENR)                                                                                                     \
  X(ahb2enr, RCC->AHB2ENR)                                                                                                     \
  X(apb1enr, RCC->APB1ENR)                                                                                                     \
  X(apb2enr, RCC->APB2ENR)                                                                                                     \
  X(flash_acr, FLASH->ACR)                                                                                                     \
  X(flash_sr, FLASH->SR)                                                                                                       \
  X(flash_cr, FLASH->CR)

#define FAMILY_SYSCFG(X) X(syscfg_memrmp, SYSCFG->MEMRMP)
#define FAMILY_SYSCFG_ENR (RCC->APB2ENR)
#define FAMILY_SYSCFG_ENR_MASK RCC_APB2ENR_SYSCFGEN
#define FAMILY_MEM_MODE (SYSCFG->MEMRMP)
#define FAMILY_MEM_MODE_Msk SYSCFG_MEMRMP_MEM_MODE_Msk

#define FAMILY_PORT_ENR (RCC->AHB1ENR)
#define FAMILY_PORT_ENR_Pos 0u
#define FAMILY_USART_VERSION 1
#define FAMILY_USART1_CLOCK_ON() enable_clock(&RCC->APB2ENR, RCC_APB2ENR_USART1EN)
#define FAMILY_USART1_HZ(hclk) (hclk)
#define FAMILY_USART1_PA9_ALTERNATE 7u
#define FAMILY_USART2_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_USART2EN)
/* APB1 goes up to 50 MHz: at full speed clock.c halves it. */
#define FAMILY_USART2_HZ(hclk) ((hclk) > 50000000u ? (hclk) / 2u : (hclk))
#define FAMILY_USART2_PA2_ALTERNATE 7u

#define FAMILY_WWDG_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_WWDGEN)
#define FAMILY_TIM TIM3
#define FAMILY_TIM_CLOCK_ON() enable_clock(&RCC->APB1ENR, RCC_APB1ENR_TIM3EN)
#define FAMILY_DMA_CLOCK_ON() enable_clock(&RCC->AHB1ENR, RCC_AHB1ENR_DMA1EN)
#define FAMILY_TIM_DMA_STREAM 2 /* TIM3_UP: RM0383 table 27 */
#define FAMILY_TIM_DMA_CHANNEL 5u
#define FAMILY_MOST_WAIT_STATES 15u

/* PWR keeps its state: its reset would drop the core voltage below what the PLL's frequency needs, which is still in use here. */
#define FAMILY_USB_WANTS_FAST_CLOCK 0
#define FAMILY_UID(word) (UID[word])

static inline void family_reset_peripherals(void)
{
  RCC->APB1RSTR = ~RCC_APB1RSTR_PWRRST;
  RCC->APB1RSTR = 0;
  RCC->APB2RSTR = 0xFFFFFFFFu;
  RCC->APB2RSTR = 0;
  RCC->AHB1RSTR = 0xFFFFFFFFu;
  RCC->AHB1RSTR = 0;
  RCC->AHB2RSTR = 0xFFFFFFFFu;
  RCC->AHB2RSTR = 0;
}

static inline void family_nmi_clear(void) {} /* neither parity nor ECC on this part */

#endif
