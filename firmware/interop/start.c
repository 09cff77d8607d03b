/* From the reset to newlib's crt0, which expects initialised data in place. */
#include <stdint.h>

extern const uint32_t _data_load[];
extern uint32_t _data_start[], _data_end[], _estack[];
void _start(void);

__attribute__((noreturn)) static void reset(void)
{
  const uint32_t *from = _data_load;
  for (volatile uint32_t *to = _data_start; to < _data_end; to++) {
    *to = *from++;
  }
  _start();
  for (;;) {
  }
}

/* A fault is shown to the debugger. */
static void fault(void) { __asm volatile("bkpt 1"); }

union vector {
  uint32_t *stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) static const union vector isr_vector[16] = {
  [0] = {.stack = _estack},
  [1] = {.handler = reset},
  [2 ... 3] = {.handler = fault},
};
