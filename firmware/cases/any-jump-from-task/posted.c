/*
 * The jump from a task of an RTOS that runs its tasks unprivileged on their own stacks: CONTROL = 3. The sequence is right for a caller
 * that may do all it asks for. RAISE is how a variant gets there from what a task may do.
 */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#ifndef RAISE
#define RAISE()
#endif
#ifndef ON_SVC
#define ON_SVC cpu_control_clear /* not asked for */
#endif

#define CONTROL_NPRIV_SPSEL 3u
#define SVC_VECTOR 11u
#define VECTORS (16u + PART_INTERRUPTS)

/* As large as VTOR wants its alignment for the parts with most interrupts (Armv7-M B3.2.5). */
static uint32_t vectors[VECTORS] __attribute__((aligned(512)));
static uint32_t task_stack[96] __attribute__((aligned(8)));

/* In a handler nPRIV can be cleared; the task goes on privileged when it returns. */
__attribute__((unused)) static void cpu_control_clear(void)
{
  __asm volatile("msr control, %0" ::"r"(0) : "memory");
  cpu_isb();
}

__attribute__((noreturn, noinline, used)) static void task(void)
{
  RAISE();
  handover_jump();
}

static void take_svc(void)
{
  const volatile uint32_t *const flash = (const volatile uint32_t *)FLASH_MEMORY_BASE;
  for (uint32_t i = 0; i < VECTORS; i++) {
    vectors[i] = flash[i];
  }
  vectors[SVC_VECTOR] = (uint32_t)ON_SVC;
  SCB->VTOR = (uint32_t)vectors;
  cpu_dsb();
}

void program_jump(void)
{
  take_svc();
  __asm volatile("msr psp, %0\n\t"
                 "msr control, %1\n\t"
                 "isb\n\t"
                 "bl task\n\t" ::"r"(task_stack + 96),
                 "r"(CONTROL_NPRIV_SPSEL)
                 : "memory");
  __builtin_unreachable();
}
