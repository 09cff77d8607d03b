/* L4: HSI16 and the PLL; the LSE, which the chip's ROM wants for USB. */
#include "clock.h"

#include "hardware.h"
#include "wait.h"

/*
 * An application that left the PLL running keeps its own frequency: the PLL takes no new factors while it is on. The voltage range is not
 * touched. [l476-range-untouched]
 */
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
  RCC->PLLCFGR = RCC_PLLCFGR_PLLSRC_HSI16 << RCC_PLLCFGR_PLLSRC_Pos | (PART_PLL_M - 1u) << RCC_PLLCFGR_PLLM_Pos |
                 PART_PLL_N << RCC_PLLCFGR_PLLN_Pos | (PART_PLL_R / 2u - 1u) << RCC_PLLCFGR_PLLR_Pos | RCC_PLLCFGR_PLLREN;
  RCC->CR |= RCC_CR_PLLON;
  while (!(RCC->CR & RCC_CR_PLLRDY)) {
  }
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | RCC_CFGR_SW_PLL << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != RCC_CFGR_SW_PLL << RCC_CFGR_SWS_Pos) {
  }

  RCC->AHB2ENR |= RCC_AHB2ENR_GPIOAEN | RCC_AHB2ENR_GPIOBEN | RCC_AHB2ENR_GPIOCEN;
  RCC->APB1ENR1 |= RCC_APB1ENR1_USART2EN | RCC_APB1ENR1_USART3EN;
  RCC->APB2ENR |= RCC_APB2ENR_USART1EN;
  /* A peripheral may be accessed two cycles after its clock is on (RM0351, RCC); a read back takes them. */
  (void)RCC->APB2ENR;
  (void)RCC->APB2ENR;
}

void clock_wait_for_lse(void)
{
  RCC->APB1ENR1 |= RCC_APB1ENR1_PWREN;
  (void)RCC->APB1ENR1;
  PWR->CR1 |= PWR_CR1_DBP;
  RCC->BDCR |= RCC_BDCR_LSEON;
  wait_us(PART_START_US);
  wait_us_for(&RCC->BDCR, RCC_BDCR_LSERDY, PART_START_US_WITHOUT_LSE - PART_START_US);
}
