/* From the reset to newlib's crt0, which expects initialised data in place, and the interrupt of the program. */
#include "part.h"
#include "platform.h"

extern const uint32_t _data_load[];
extern uint32_t _data_start[], _data_end[], _estack[];
void _start(void);

/* A prime number of core clocks, so that the interrupts fall on ever other instructions. */
#define TICK_CYCLES 1511u

__attribute__((noreturn)) static void reset(void)
{
#ifdef __ARM_FP
  SCB->CPACR |= SCB_CPACR_CP10_CP11_FULL;
  cpu_dsb();
  cpu_isb();
#endif
  const uint32_t *from = _data_load;
  for (volatile uint32_t *to = _data_start; to < _data_end; to++) {
    *to = *from++;
  }
  _start();
  for (;;) {
  }
}

void platform_ticks_start(void)
{
  SYSTICK->LOAD = TICK_CYCLES - 1u;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
}

void platform_ticks_stop(void) { SYSTICK->CTRL = 0; }

/* A fault is shown to the debugger. */
static void fault(void) { __asm volatile("bkpt 1"); }

union vector {
  uint32_t *stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) static const union vector isr_vector[16] = {
  [0] = {.stack = _estack},
  [1] = {.handler = reset},
  [2 ... 6] = {.handler = fault},
  [15] = {.handler = program_tick},
};
