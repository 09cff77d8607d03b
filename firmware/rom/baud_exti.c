/*
 * [c071-usart2-exti] AN2606 r70 names EXTI line 3 for this port. The handler keeps two times: that of the first rising edge, and that of
 * the falling edge after it; both come equally late.
 */
#include "baud.h"
#include "timer.h"

#define LINE (1u << PART_BAUD_EXTI_LINE)

static volatile bool running;
volatile uint32_t baud_exti_high; /* cycles of the seven ones, once they have passed */

void baud_exti_handler(void)
{
  if (EXTI->RPR1 & LINE) {
    EXTI->RPR1 = LINE;
    if (baud_exti_high == 0) {
      timer_start();
      running = true;
    }
  }
  if (EXTI->FPR1 & LINE) {
    EXTI->FPR1 = LINE;
    if (running && baud_exti_high == 0) {
      baud_exti_high = timer_cycles();
    }
  }
}

void baud_exti_start(void)
{
  const uint32_t shift = (PART_BAUD_EXTI_LINE & 3u) * 8u;
  volatile uint32_t *const choice = &EXTI->EXTICR[PART_BAUD_EXTI_LINE >> 2];
  *choice = (*choice & ~(0xFFu << shift)) | PART_BAUD_EXTI_PORT << shift;
  EXTI->RPR1 = LINE;
  EXTI->FPR1 = LINE;
  EXTI->RTSR1 |= LINE;
  EXTI->FTSR1 |= LINE;
  EXTI->IMR1 |= LINE;
  nvic_enable(PART_BAUD_EXTI_IRQ);
}

void baud_exti_stop(void)
{
  EXTI->IMR1 &= ~LINE;
  NVIC->ICER[0] = 1u << PART_BAUD_EXTI_IRQ;
}

uint32_t baud_by_exti(const struct port *port)
{
  const uint32_t measured = baud_exti_high;
  const uint32_t bit = measured > BAUD_LONGEST_BIT * BAUD_HIGH_BITS ? 0 : baud_bit_of(measured);
  if (bit != 0) {
    /* the rest of the frame: the last data bit, then parity and stop bit */
    while (!port_rx_is_high(port) && timer_cycles() < 12u * bit) {
      watchdog_refresh();
    }
    const uint32_t stop = timer_cycles() + 2u * bit;
    while (timer_cycles() < stop) {
      watchdog_refresh();
    }
  }
  timer_stop();
  running = false;
  baud_exti_high = 0;
  return bit;
}
