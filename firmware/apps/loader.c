/* A loader of a user's: starts the application that is behind it in flash. */
#include "part.h"

extern uint32_t _estack[];
void Reset_Handler(void);

union vector {
  uint32_t *stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) const union vector vectors[2] = {
  [0] = {.stack = _estack},
  [1] = {.handler = Reset_Handler},
};

__attribute__((naked)) void Reset_Handler(void)
{
  __asm volatile(
    "ldr r0, =%c0\n\t"
    "ldr r1, [r0]\n\t"
    "msr msp, r1\n\t"
    "ldr r0, [r0, #4]\n\t"
    "bx r0\n\t"
    ".ltorg" ::"i"(APP_BEHIND_LOADER));
}
