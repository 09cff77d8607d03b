/*
 * [rom-software-baud] AN2606 r70 says of such a port that it is measured in software, from the first rising to the last falling edge of
 * 0x7F, and how far the result is off. Here the edges are polled: once a port has gone low, the rising edge is seen at once, the falling one
 * after a longer way round the loop, so that the measured time is long and the baud rate low. No rate is snapped to a standard one.
 */
#include "baud.h"
#include "timer.h"

static bool wait_for(const struct port *port, bool high, uint32_t limit)
{
  while (port_rx_is_high(port) != high) {
    watchdog_refresh();
    if (timer_cycles() > limit) {
      return false;
    }
  }
  return true;
}

/* Wait for the rest of the frame: the receiver must not be switched on inside it. */
static bool frame_ends(const struct port *port, uint32_t bit)
{
  if (!wait_for(port, true, BAUD_LONGEST_BIT * BAUD_HIGH_BITS * 2u)) {
    return false;
  }
  const uint32_t stop = timer_cycles() + 2u * bit; /* parity and stop bit */
  while (timer_cycles() < stop) {
    watchdog_refresh();
  }
  return true;
}

uint32_t baud_by_edges(const struct port *port)
{
  uint32_t bit = 0;
#if ROM_LOOPS_WHILE_RX_LOW
  while (!port_rx_is_high(port)) {
    watchdog_refresh();
  }
#endif
  timer_start();
  if (wait_for(port, true, BAUD_LONGEST_BIT)) {
    timer_start();
    if (wait_for(port, false, BAUD_LONGEST_BIT * BAUD_HIGH_BITS)) {
      bit = baud_bit_of(timer_cycles());
      if (bit != 0 && !frame_ends(port, bit)) {
        bit = 0;
      }
    }
  }
  timer_stop();
  return bit;
}
