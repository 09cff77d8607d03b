/* F4: HSI and the PLL; the ROM turns to the HSE only for USB, which this one does not speak. */
#include "clock.h"

#include "hardware.h"

/* An application that left the PLL running keeps its own frequency: the PLL takes no new factors while it is on. */
void clock_start(void)
{
  RCC->CR |= RCC_CR_HSION;
  while (!(RCC->CR & RCC_CR_HSIRDY)) {
  }
  /* Only upwards: the clock that the caller left may need more. */
  if ((FLASH->ACR & FLASH_ACR_LATENCY_Msk) < PART_FLASH_LATENCY) {
    FLASH->ACR = (FLASH->ACR & ~FLASH_ACR_LATENCY_Msk) | PART_FLASH_LATENCY;
    while ((FLASH->ACR & FLASH_ACR_LATENCY_Msk) != PART_FLASH_LATENCY) {
    }
  }
  RCC->PLLCFGR = PART_PLL_M << RCC_PLLCFGR_PLLM_Pos | PART_PLL_N << RCC_PLLCFGR_PLLN_Pos |
                 (PART_PLL_P / 2u - 1u) << RCC_PLLCFGR_PLLP_Pos | PART_PLL_Q << RCC_PLLCFGR_PLLQ_Pos;
  RCC->CR |= RCC_CR_PLLON;
  while (!(RCC->CR & RCC_CR_PLLRDY)) {
  }
  /* APB1 takes 50 MHz at most: half of SYSCLK */
  RCC->CFGR = (RCC->CFGR & ~(RCC_CFGR_SW_Msk | RCC_CFGR_PPRE1_Msk)) | RCC_CFGR_PPRE1_DIV2 << RCC_CFGR_PPRE1_Pos |
              RCC_CFGR_SW_PLL << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != RCC_CFGR_SW_PLL << RCC_CFGR_SWS_Pos) {
  }

  RCC->AHB1ENR |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN;
  RCC->APB1ENR |= RCC_APB1ENR_USART2EN;
  RCC->APB2ENR |= RCC_APB2ENR_USART1EN;
  (void)RCC->APB2ENR;
  (void)RCC->APB2ENR;
}
