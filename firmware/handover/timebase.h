#ifndef HANDOVER_TIMEBASE_H
#define HANDOVER_TIMEBASE_H

#include <stdbool.h>
#include <stdint.h>

/* SysTick at 1 kHz for a core clock of `hclk` Hz, with its interrupt. */
void timebase_start(uint32_t hclk);
/* True when the interrupt came; false when the counter went round three times and it did not. */
bool timebase_wait_for_first_tick(void);
/* Milliseconds since the start. */
uint32_t timebase_ticks(void);
void SysTick_Handler(void);

#endif
