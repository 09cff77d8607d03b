/*
 * An application with a window watchdog jumps: 64 steps of 4096 * 64 PCLK cycles, 0.7 s at 24 MHz. Once it runs only a reset stops it
 * (RM0454 25.3), no RCC_APBRSTR bit does, and the ROM does not know it.
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#define WDGTB_DIVIDE_BY_64 (6u << 11)

void program_jump(void)
{
  enable_clock(&RCC->APBENR1, RCC_APBENR1_WWDGEN);
  WWDG->CFR = WWDG_CFR_W_Msk | WDGTB_DIVIDE_BY_64;
  WWDG->CR = WWDG_CR_WDGA | WWDG_CR_T_Msk;
  handover_jump();
}
