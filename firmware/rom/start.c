/* Vector table and reset handler. */
#include <stdint.h>

#include "baud.h"
#include "boot_decision.h"
#include "clock.h"
#include "command.h"
#include "hardware.h"
#include "interface.h"
#include "memory-init.h"
#include "usb-device.h"
#include "wait.h"
#include "watchdog.h"

extern uint32_t _stack_top[];

__attribute__((noreturn)) void Reset_Handler(void);
void Default_Handler(void);

typedef union {
  void (*handler)(void);
  uint32_t *stack;
} vector_t;

#define EXTERNAL 16u

/* The interrupts that a part's ROM uses stand in the table a second time. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".vectors"), used)) static const vector_t vectors[EXTERNAL + PART_INTERRUPTS] = {
  [0] = {.stack = _stack_top},
  [1] = {.handler = Reset_Handler},
  [2 ... 6] = {.handler = Default_Handler},
  [11 ... 12] = {.handler = Default_Handler},
  [14 ... EXTERNAL + PART_INTERRUPTS - 1] = {.handler = Default_Handler},
#ifdef PART_BAUD_EXTI_LINE
  [EXTERNAL + PART_BAUD_EXTI_IRQ] = {.handler = baud_exti_handler},
#endif
#if PART_HAS_USB
  [EXTERNAL + PART_USB_IRQ] = {.handler = usb_serve},
#endif
};
#pragma GCC diagnostic pop

__attribute__((section(".rom_id"), used)) static const uint8_t rom_id[2] = {ROM_ID, 0xFF};

/* [rom-exceptions-spin] one loop for every exception: what an interrupt left enabled by the caller, or a fault, ends in */
void Default_Handler(void)
{
  for (;;) {
  }
}

/*
 * [rom-keeps-callers-stack] entered by a jump, the ROM runs on the stack it is given; its vector table names one only for a reset.
 * [rom-primask-untouched] PRIMASK, the NVIC and SysTick stay as the caller left them.
 * [rom-mem-mode-untouched] so does SYSCFG MEM_MODE.
 */
void Reset_Handler(void)
{
#if ROM_REPEATS_BOOT_DECISION
  boot_decision();
#endif
#if PART_HAS_VTOR
  /* [rom-sets-vtor] */
  SCB->VTOR = PART_SYSTEM_MEMORY_BASE;
#endif

  memory_init();

  clock_start();
  watchdog_relax();
#ifdef PART_START_WAIT
  PART_START_WAIT();
#endif
  interface_detect();
  command_loop();
}
