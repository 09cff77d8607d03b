/*
 * The independent watchdog, as AN2606 r70 4.8/4.9 tells it: the ROM never starts it, but an option byte or the application may
 * have. [rom-iwdg-prescaler] The prescaler goes to its maximum and the counter is refreshed wherever the ROM waits. While the
 * watchdog does not run, its clock does not either, so that the prescaler write never completes and IWDG_SR.PVU stays 1.
 */
#ifndef ROM_WATCHDOG_H
#define ROM_WATCHDOG_H

#include "hardware.h"

#define IWDG_PR_DIVIDE_BY_256 6u

static inline __attribute__((always_inline)) void watchdog_refresh(void) { IWDG->KR = IWDG_KR_REFRESH; }

static inline void watchdog_relax(void)
{
  IWDG->KR = IWDG_KR_ACCESS;
  IWDG->PR = IWDG_PR_DIVIDE_BY_256;
  watchdog_refresh();
}

#endif
