/*
 * A window watchdog: 64 steps of 4096 * 8 PCLK cycles, 44 ms at 48 MHz. Software cannot stop it (RM0091 25.3), but RCC can reset it; the
 * ROM does not know it.
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
