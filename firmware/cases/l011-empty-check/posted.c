/*
 * jump_to_bootloader() of the report, on registers in place of the LL library. Nothing in it is wrong: it reads the vector, gives the ROM
 * its stack and calls it. Interrupts stay masked, as there. A variant may change where the table is looked for (TABLE), what is called
 * (ENTRY) and what is done just before (BEFORE_THE_CALL).
 */
#include "clock.h"
#include "hooks.h"
#include "part.h"

#ifndef TABLE
#define TABLE SYSTEM_MEMORY_BASE
#endif
#ifndef ENTRY
#define ENTRY(vector) (vector)
#endif
#ifndef BEFORE_THE_CALL
#define BEFORE_THE_CALL()
#endif

void program_jump(void)
{
  cpu_irq_disable();
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    NVIC->ICER[i] = 0xFFFFFFFFu;
  }
  const uint32_t vector = *(const volatile uint32_t *)(TABLE + 4u);
  family_reset_peripherals();
  (void)clock_deinit(); /* to MSI, HSE off */
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
  SYSCFG->CFGR1 = SYSCFG_CFGR1_MEM_MODE_SYSTEM_FLASH;
  BEFORE_THE_CALL();
  void (*const jump_to_application)(void) = (void (*)(void))ENTRY(vector);
  cpu_msp_set(*(const volatile uint32_t *)TABLE);
  jump_to_application();
  for (;;) {
  }
}
