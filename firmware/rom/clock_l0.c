/* L0: HSI16 and the PLL, at 32 MHz in voltage range 1. */
#include "clock.h"

#include "hardware.h"

/* Range 2, in which the chip leaves reset, ends at 16 MHz. */
static void range1(void)
{
  RCC->APB1ENR |= RCC_APB1ENR_PWREN;
  (void)RCC->APB1ENR;
  PWR->CR = (PWR->CR & ~PWR_CR_VOS_Msk) | PWR_CR_VOS_RANGE1 << PWR_CR_VOS_Pos;
  while (PWR->CSR & PWR_CSR_VOSF) {
  }
}

/* An application that left the PLL running keeps its own frequency: the PLL takes no new factors while it is on. */
void clock_start(void)
{
  RCC->CR |= RCC_CR_HSI16ON;
  while (!(RCC->CR & RCC_CR_HSI16RDYF)) {
  }
  range1();
  FLASH->ACR |= FLASH_ACR_LATENCY;
  RCC->CFGR = (RCC->CFGR & ~(RCC_CFGR_PLLSRC_HSE | RCC_CFGR_PLLMUL_Msk | RCC_CFGR_PLLDIV_Msk)) |
              RCC_CFGR_PLLMUL_4 << RCC_CFGR_PLLMUL_Pos | (PART_PLL_DIV - 1u) << RCC_CFGR_PLLDIV_Pos;
  RCC->CR |= RCC_CR_PLLON;
  while (!(RCC->CR & RCC_CR_PLLRDY)) {
  }
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | RCC_CFGR_SW_PLL << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != RCC_CFGR_SW_PLL << RCC_CFGR_SWS_Pos) {
  }

  RCC->IOPENR |= RCC_IOPENR_IOPAEN;
  RCC->APB1ENR |= RCC_APB1ENR_USART2EN;
  RCC->APB2ENR |= PART_APB2ENR;
  (void)RCC->APB2ENR;
  (void)RCC->APB2ENR;
#if ROM_PULLS_DOWN_PA4_TO_PA7
  /* [l073-pa4-to-pa7-pulled-down] */
  for (uint32_t pin = 4; pin <= 7; pin++) {
    gpio_pull(GPIOA, pin, GPIO_PUPDR_PULL_DOWN);
  }
#endif
}
