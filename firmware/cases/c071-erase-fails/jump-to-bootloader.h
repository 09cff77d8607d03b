/*
 * Both functions of the thread. Before either of them the settings jump.flash to jump.clock_leftover leave behind what the application
 * may have left: with their defaults, nothing.
 */
#ifndef CASE_C071_JUMP_TO_BOOTLOADER_H
#define CASE_C071_JUMP_TO_BOOTLOADER_H

#include "clock.h"
#include "hooks.h"
#include "leftovers.h"
#include "part.h"
#include "timebase.h"

/* HAL_RCC_DeInit sets up its time base anew. */
static inline void hal_rcc_deinit(void) { timebase_start(clock_deinit()); }

static inline void systick_off(void)
{
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
}

static inline void usb_clock_off(void) { RCC->APBENR1 &= ~RCC_APBENR1_USBEN; }

static inline uint32_t word_of_table(uint32_t offset) { return *(const volatile uint32_t *)(SYSTEM_MEMORY_BASE + offset); }

/* MSP is changed in C, as posted: the compiler must need no stack between the two lines. */
__attribute__((always_inline)) static inline void load_msp_and_call(void (*entry)(void))
{
  const uint32_t msp = word_of_table(0);
  cpu_msp_set(msp);
  entry();
  for (;;) {
  }
}

#endif
