/*
 * An interrupt that comes just between the store and the reset, and whose handler needs 640 bytes of stack. PendSV stands for it: it is
 * made pending there, as the host cannot hit the few cycles. The vectors are copied to RAM, so that the handler can be put among them.
 */
#include "part.h"

#define VECTORS (16u + PART_INTERRUPTS)
#define PENDSV 14u
#define DEEP_WORDS 160u
#define SCB_ICSR_PENDSVSET (1u << 28)

static void deep_handler(void)
{
  volatile uint32_t frame[DEEP_WORDS];
  for (uint32_t i = 0; i < DEEP_WORDS; i++) {
    frame[i] = i;
    (void)frame[i];
  }
}

static void interrupt_comes(void)
{
  /* TBLOFF: the table is aligned to its size, rounded up to a power of two (DDI0403 B3.2.5) */
  static uint32_t vectors[VECTORS] __attribute__((aligned(512)));
  _Static_assert(VECTORS * sizeof(uint32_t) <= 512, "the alignment of the table");
  const volatile uint32_t *const from = (const volatile uint32_t *)FLASH_MEMORY_BASE;
  for (uint32_t i = 0; i < VECTORS; i++) {
    vectors[i] = from[i];
  }
  vectors[PENDSV] = (uint32_t)(uintptr_t)deep_handler;
  SCB->VTOR = (uint32_t)(uintptr_t)vectors;
  cpu_dsb();
  SCB->ICSR = SCB_ICSR_PENDSVSET;
  cpu_dsb();
  cpu_isb();
}
#define BEFORE_RESET() interrupt_comes()
