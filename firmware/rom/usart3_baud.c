/*
 * [g070-usart3-software-baud] AN2606 r70 says that this port is measured in software, from the first rising to the last falling edge of
 * 0x7F, and that it errs by up to -4 %. Here the edges are polled: the rising edge is seen a little late by the detection loop, so
 * that the measured time is short and the baud rate high. No rate is snapped to a standard one.
 */
#include "usart3_baud.h"

#include "watchdog.h"

#define HIGH_BITS 7u
#define SYSTICK_MAX 0x00FFFFFFu
/* The slowest rate the ROM was made for is 1200 baud (AN3155 r20 section 2); 5 % more, then it was no 0x7F. */
#define LONGEST_HIGH (PART_CLOCK_HZ / 1200u * HIGH_BITS / 100u * 105u)
#define SMALLEST_BRR 16u /* RM0454, USART: BRR must be at least 16 */

static uint32_t elapsed(void) { return SYSTICK_MAX - SYSTICK->VAL; }

static bool wait_for(bool high, uint32_t limit)
{
  while (usart3_rx_is_high() != high) {
    watchdog_refresh();
    if (elapsed() > limit) {
      return false;
    }
  }
  return true;
}

uint32_t usart3_measure_from_rising_edge(void)
{
  SYSTICK->LOAD = SYSTICK_MAX;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_ENABLE;

  if (!wait_for(false, LONGEST_HIGH)) {
    SYSTICK->CTRL = 0;
    return 0;
  }
  const uint32_t high = elapsed();
  const uint32_t bit = (high + HIGH_BITS / 2u) / HIGH_BITS;
  if (bit < SMALLEST_BRR || !wait_for(true, LONGEST_HIGH * 2u)) {
    SYSTICK->CTRL = 0;
    return 0;
  }
  /* parity and stop bit: the receiver must not be switched on inside the frame */
  const uint32_t stop = elapsed() + 2u * bit;
  while (elapsed() < stop) {
    watchdog_refresh();
  }
  return bit;
}
