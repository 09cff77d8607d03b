/* Measuring the baud rate of 0x7F in software. */
#ifndef ROM_BAUD_H
#define ROM_BAUD_H

#include <stdbool.h>
#include <stdint.h>

#include "port.h"

/* The level is high for the seven ones of 0x7F. */
#define BAUD_HIGH_BITS 7u
/* The slowest rate the ROM was made for is 1200 baud (AN3155 r20 section 2); 5 % more, then it was no 0x7F. */
#define BAUD_LONGEST_BIT (PART_CLOCK_HZ / 1200u / 100u * 105u)
/* BRR must be at least 16 (USART chapter of the reference manuals). */
#define BAUD_SHORTEST_BIT 16u

/* Cycles of a bit from those of the seven ones, or 0 when no USART can follow. */
static inline uint32_t baud_bit_of(uint32_t high)
{
  const uint32_t bit = (high + BAUD_HIGH_BITS / 2u) / BAUD_HIGH_BITS;
  return bit < BAUD_SHORTEST_BIT ? 0 : bit;
}

/*
 * Called when the pin has just gone low: polls for the edges of 0x7F and waits for the end of the frame. Returns the cycles of a bit, or
 * 0 when no frame came of it.
 */
uint32_t baud_by_edges(const struct port *port);

#ifdef PART_BAUD_EXTI_LINE
/* Take both edges of the port's pin by interrupt. [c071-usart2-exti] deaf while the caller's PRIMASK is set */
void baud_exti_start(void);
void baud_exti_stop(void);
extern volatile uint32_t baud_exti_high;
static inline bool baud_exti_has_frame(void) { return baud_exti_high != 0; }
/* Cycles of a bit once the handler has seen a frame, or 0 when it was none that a USART can follow. */
uint32_t baud_by_exti(const struct port *port);
void baud_exti_handler(void);
#endif

#endif
