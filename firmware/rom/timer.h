/* SysTick as a stopwatch, without its interrupt. 24 bits: at most 0.23 s at 72 MHz. */
#ifndef ROM_TIMER_H
#define ROM_TIMER_H

#include <stdint.h>

#include "hardware.h"
#include "watchdog.h"

#define TIMER_MAX 0x00FFFFFFu

static inline __attribute__((always_inline)) void timer_start(void)
{
  SYSTICK->LOAD = TIMER_MAX;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_ENABLE;
}

static inline __attribute__((always_inline)) uint32_t timer_cycles(void) { return TIMER_MAX - SYSTICK->VAL; }

static inline __attribute__((always_inline)) void timer_stop(void) { SYSTICK->CTRL = 0; }

#endif
