/*
 * Interrupts as Zephyr's start-up code masks them until its first thread runs: Cortex-M4 by BASEPRI, and each interrupt has the first
 * priority that this masks; Cortex-M0 by PRIMASK. Then the jump, which enables interrupts (cpsie i).
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#define FIRST_PRIORITY 0x10u /* the upper four bits of the byte count: PM0214 2.3.5 */
#define NVIC_IPR_BYTES ((volatile uint8_t *)0xE000E400u)

void program_jump(void)
{
  cpu_irq_disable();
#if defined(__ARM_ARCH_7EM__)
  for (uint32_t irq = 0; irq < 32u * NVIC_WORDS; irq++) {
    NVIC_IPR_BYTES[irq] = FIRST_PRIORITY;
  }
  __asm volatile("msr basepri, %0" ::"r"(FIRST_PRIORITY) : "memory");
#endif
  cpu_irq_enable();
  handover_jump();
}
