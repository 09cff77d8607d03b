/* Vector table and reset handler. */
#include <stdint.h>

#include "clock.h"
#include "command.h"
#include "hardware.h"
#include "interface.h"
#include "memory-init.h"
#include "watchdog.h"

extern uint32_t _stack_top[];

__attribute__((noreturn)) void Reset_Handler(void);
void Default_Handler(void);

#define EXTERNAL_INTERRUPTS 32

typedef union {
  void (*handler)(void);
  uint32_t *stack;
} vector_t;

__attribute__((section(".vectors"), used)) static const vector_t vectors[16 + EXTERNAL_INTERRUPTS] = {
  [0] = {.stack = _stack_top},
  [1] = {.handler = Reset_Handler},
  [2 ... 3] = {.handler = Default_Handler},
  [11] = {.handler = Default_Handler},
  [14 ... 16 + EXTERNAL_INTERRUPTS - 1] = {.handler = Default_Handler},
};

__attribute__((section(".rom_id"), used)) static const uint8_t rom_id[2] = {ROM_ID, 0xFF};

/* [g070-exceptions-spin] one loop for every exception: what an interrupt left enabled by the caller, or a fault, ends in */
void Default_Handler(void)
{
  for (;;) {
  }
}

/*
 * [g070-keeps-callers-stack] entered by a jump, the ROM runs on the stack it is given; its vector table names one only for a reset.
 * [g070-primask-untouched] PRIMASK, the NVIC and SysTick stay as the caller left them.
 * [g070-mem-mode-untouched] so does SYSCFG MEM_MODE.
 */
void Reset_Handler(void)
{
  /* [g070-sets-vtor] */
  SCB->VTOR = PART_SYSTEM_MEMORY_BASE;

  memory_init();

  clock_start();
#if ROM_CLEARS_EMPTY_AT_START
  /* The whole register, so that EMPTY, which was not meant, is written 0. */
  FLASH->ACR = PART_FLASH_ACR_RESET_VALUE;
#endif
  watchdog_relax();
  interface_detect();
  command_loop();
}
