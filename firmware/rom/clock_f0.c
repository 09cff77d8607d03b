/* F0: HSI48. */
#include "clock.h"

#include "hardware.h"

void clock_start(void)
{
#if ROM_FORCES_HSITRIM_TO_ZERO
  RCC->CR &= ~RCC_CR_HSITRIM_Msk;
#endif
  RCC->CR2 |= RCC_CR2_HSI48ON;
  while (!(RCC->CR2 & RCC_CR2_HSI48RDY)) {
  }
  /* one wait state above 24 MHz (RM0091 3.2.1) */
  FLASH->ACR = (FLASH->ACR & ~FLASH_ACR_LATENCY_Msk) | 1u << FLASH_ACR_LATENCY_Pos;
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | RCC_CFGR_SW_HSI48 << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != RCC_CFGR_SW_HSI48 << RCC_CFGR_SWS_Pos) {
  }

  RCC->AHBENR |= RCC_AHBENR_IOPAEN | RCC_AHBENR_IOPBEN;
  RCC->APB1ENR |= RCC_APB1ENR_USART2EN;
  RCC->APB2ENR |= RCC_APB2ENR_USART1EN;
  (void)RCC->APB2ENR;
  (void)RCC->APB2ENR;
#if ROM_PULLS_UP_PA13
  /* [f0-pa13-pull-up] */
  gpio_pull(GPIOA, 13, GPIO_PUPDR_PULL_UP);
#endif
}
