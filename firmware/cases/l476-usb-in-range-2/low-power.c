/* A low-power application: voltage range 2, whose 26 MHz are enough for its MSI at 4 MHz (RM0351 5.1.8, PWR_CR1.VOS). */
#include "hooks.h"
#include "part.h"

void program_ready(void)
{
  enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_PWREN);
  PWR->CR1 = (PWR->CR1 & ~PWR_CR1_VOS_Msk) | PWR_CR1_VOS_RANGE2 << PWR_CR1_VOS_Pos;
}
