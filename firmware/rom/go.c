#include "go.h"

#include "hardware.h"

void start_program(const volatile uint32_t *table)
{
  const uint32_t stack = table[0];
  const uint32_t entry = table[1];
  __asm volatile("msr msp, %0\n\t"
                 "bx %1"
                 :
                 : "r"(stack), "r"(entry));
  __builtin_unreachable();
}

void go(uint32_t address)
{
#ifdef PART_BEFORE_GO
  PART_BEFORE_GO();
#endif
  start_program((const volatile uint32_t *)address);
}
