#include "go.h"

void go(uint32_t address)
{
  const volatile uint32_t *const table = (const volatile uint32_t *)address;
  const uint32_t stack = table[0];
  const uint32_t entry = table[1];
  __asm volatile("msr msp, %0\n\t"
                 "bx %1"
                 :
                 : "r"(stack), "r"(entry));
  __builtin_unreachable();
}
