/*
 * Gives FLASH a key out of turn, and survives what follows. RM0490, FLASH, unlocking: a wrong sequence of keys locks FLASH_CR until
 * the next reset, and a bus error is signalled, which a Cortex-M0+ takes as a HardFault.
 */
#ifndef CASE_C071_KEYS_REFUSED_H
#define CASE_C071_KEYS_REFUSED_H

#include "leftovers.h"
#include "part.h"

#define VECTORS (16u + PART_INTERRUPTS)

/* Goes on behind the two bytes of the store that was refused: word 6 of the frame is the stacked PC. */
__attribute__((naked)) static void step_over(void)
{
  __asm volatile(
    "mrs r0, msp\n\t"
    "ldr r1, [r0, #24]\n\t"
    "adds r1, #2\n\t"
    "str r1, [r0, #24]\n\t"
    "bx lr\n\t");
}

static inline void survive_bus_errors(void)
{
  static uint32_t vectors[64] __attribute__((aligned(256)));
  _Static_assert(VECTORS <= 64u, "the table in RAM is too short");
  const uint32_t *const found = (const uint32_t *)SCB->VTOR;
  for (uint32_t i = 0; i < VECTORS; i++) {
    vectors[i] = found[i];
  }
  vectors[3] = (uint32_t)step_over;
  SCB->VTOR = (uint32_t)vectors;
}

#endif
