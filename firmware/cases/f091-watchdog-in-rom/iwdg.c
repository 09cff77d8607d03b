/*
 * An independent watchdog of 16 ms, started just before the jump. Nothing can stop it again; only who refreshes it changes. With the
 * prescaler at its largest the same reload value lasts 1 s.
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#define RELOAD_16_MS 159u /* 160 * 4 / 40 kHz */

void program_jump(void)
{
  IWDG->KR = IWDG_KR_START;
  IWDG->KR = IWDG_KR_ACCESS;
  IWDG->PR = 0;
  IWDG->RLR = RELOAD_16_MS;
  while (IWDG->SR) {
  }
  IWDG->KR = IWDG_KR_REFRESH;
  handover_jump();
}
