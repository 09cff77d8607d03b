#include "timebase.h"

#include "part.h"

#define TICK_HZ 1000u
#define ROUNDS_WITHOUT_TICK 3u

static volatile uint32_t ticks;

void timebase_start(uint32_t hclk)
{
  SYSTICK->LOAD = hclk / TICK_HZ - 1u;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
}

bool timebase_wait_for_first_tick(void)
{
  for (uint32_t rounds = 0; ticks == 0 && rounds < ROUNDS_WITHOUT_TICK;) {
    if (SYSTICK->CTRL & SYSTICK_CTRL_COUNTFLAG) {
      rounds++;
    }
  }
  return ticks != 0;
}

uint32_t timebase_ticks(void) { return ticks; }

void SysTick_Handler(void) { ticks++; }
