/*
 * A window watchdog: 64 steps of 4096 * 8 PCLK cycles, 44 ms at 48 MHz. Once it runs only a reset stops it (RM0091 25.3), and the ROM does
 * not know it.
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#define WDGTB_DIVIDE_BY_8 (3u << 7)

void program_jump(void)
{
  enable_clock(&RCC->APB1ENR, RCC_APB1ENR_WWDGEN);
  WWDG->CFR = WWDG_CFR_W_Msk | WDGTB_DIVIDE_BY_8;
  WWDG->CR = WWDG_CR_WDGA | WWDG_CR_T_Msk;
  handover_jump();
}
