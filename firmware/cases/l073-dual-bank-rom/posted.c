/* The jump of the question, on registers in place of the HAL. It enters ROM V4.0; V4.1 sends it back, whatever the code does. */
#include "clock.h"
#include "hooks.h"
#include "part.h"

#ifndef BEFORE_THE_CALL
#define BEFORE_THE_CALL()
#endif

void program_jump(void)
{
  (void)clock_deinit();
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
  cpu_irq_disable();
  enable_clock(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
  SYSCFG->CFGR1 = (SYSCFG->CFGR1 & ~SYSCFG_CFGR1_MEM_MODE_Msk) | SYSCFG_CFGR1_MEM_MODE_SYSTEM_FLASH;
  BEFORE_THE_CALL();
  void (*const jump)(void) = (void (*)(void)) * (const volatile uint32_t *)(SYSTEM_MEMORY_BASE + 4u);
  cpu_msp_set(*(const volatile uint32_t *)SYSTEM_MEMORY_BASE);
  jump();
  for (;;) {
  }
}
