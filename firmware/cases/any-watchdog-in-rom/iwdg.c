/*
 * An application with an independent watchdog of 20 ms jumps. Nothing can stop it again; only who refreshes it changes. With the
 * prescaler at its largest the same reload value lasts 1.28 s.
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#ifndef WINDOW
#define WINDOW 0xFFFu /* no window */
#endif
#define RELOAD_20_MS 159u /* 160 * 4 / 32 kHz */

void program_jump(void)
{
  IWDG->KR = IWDG_KR_START;
  IWDG->KR = IWDG_KR_ACCESS;
  IWDG->PR = 0;
  IWDG->RLR = RELOAD_20_MS;
  IWDG->WINR = WINDOW; /* which loads the counter anew (RM0454 24.3.3) */
  while (IWDG->SR) {
  }
  handover_jump();
}
