/*
 * [rom-software-baud] AN2606 r70 says of such a port that it is measured in software, from the first rising to the last falling edge of
 * 0x7F, and how far the result is off. Here the edges are polled: the time of the rising edge is that of the look before the one that saw
 * it, the time of the falling edge that of the look that did, so that the measured time is never short and the baud rate comes out low.
 * No rate is snapped to a standard one.
 */
#include "baud.h"
#include "timer.h"

#define NEVER UINT32_MAX

/* Wait for a level: the time just before it was seen, or NEVER. As short a loop as can be; the watchdog has time for seven bits. */
static uint32_t time_before(const struct port *port, bool high, uint32_t limit)
{
  const volatile uint32_t *const idr = &port->gpio->IDR;
  const uint32_t pin = 1u << port->rx_pin;
  const uint32_t wanted = high ? pin : 0u;
  uint32_t now;
  watchdog_refresh();
  do {
    now = timer_cycles();
    if (now > limit) {
      return NEVER;
    }
  } while ((*idr & pin) != wanted);
  return now;
}

/* Wait for the rest of the frame: the receiver must not be switched on inside it. */
static bool frame_ends(const struct port *port, uint32_t bit)
{
  if (time_before(port, true, BAUD_LONGEST_BIT * BAUD_HIGH_BITS * 2u) == NEVER) {
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
  const uint32_t rising = time_before(port, true, BAUD_LONGEST_BIT);
  if (rising != NEVER) {
    const uint32_t falling = time_before(port, false, rising + BAUD_LONGEST_BIT * BAUD_HIGH_BITS);
    if (falling != NEVER) {
      bit = baud_bit_of(timer_cycles() - rising);
      if (bit != 0 && !frame_ends(port, bit)) {
        bit = 0;
      }
    }
  }
  timer_stop();
  return bit;
}
