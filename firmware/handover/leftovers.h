/*
 * What an application may leave behind for whoever runs next: docs/handover.md, the settings jump.flash to jump.clock_leftover. They are
 * set up before the jump's sequence begins, as the state of an application that was in use; a program of firmware/cases calls it
 * before the function that a report posted.
 */
#ifndef HANDOVER_LEFTOVERS_H
#define HANDOVER_LEFTOVERS_H

#include <stdbool.h>
#include <stdint.h>

/* All that the settings ask for. Everything is printed before: the clock may change. */
void leave_behind(void);
/* Enable an interrupt and make it pending, as jump.pending says. */
void leave_pending(void);

/* By the version of the flash interface: flash/<version>.c. */
void flash_leave_unlocked(void);
void flash_leave_options_unlocked(void);
/* Unlocked, and set to program. */
void flash_leave_programming(void);
/* The sticky flag of a store that the interface refuses; nothing is programmed. */
void flash_leave_error(void);

/* By the version of DMA: dma/<version>.c. `words` words from `to` on, round and round, one at each update event of FAMILY_TIM. */
void dma_leave_running(uint32_t to, uint32_t words);

#endif
