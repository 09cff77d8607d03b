/* The main vector table, and the second one to which the ROM is sent so that the chip restarts by a reset. */
#include "console.h"
#include "faults.h"
#include "main.h"
#include "part.h"
#include "timebase.h"
#include "usb-device.h"

extern uint32_t _estack[];
__attribute__((noreturn)) void Reset_Handler(void);

union vector {
  uint32_t *stack;
  void (*handler)(void);
};

void Default_Handler(void)
{
  for (;;) {
  }
}

/* The interrupts that are served stand in the table a second time. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".isr_vector"), used)) const union vector isr_vector[16u + PART_INTERRUPTS] = {
  [0] = {.stack = _estack},
  [1] = {.handler = Reset_Handler},
  [2] = {.handler = NMI_Handler},
  [3] = {.handler = HardFault_Handler},
#if defined(__ARM_ARCH_7EM__)
  [4 ... 6] = {.handler = Default_Handler}, /* MemManage, BusFault, UsageFault: not enabled, so that they become HardFault */
#endif
  [11] = {.handler = Default_Handler},
  [14] = {.handler = Default_Handler},
  [15] = {.handler = SysTick_Handler},
  [16 ... 16 + PART_INTERRUPTS - 1] = {.handler = Default_Handler},
  [16 + CONSOLE_IRQ] = {.handler = console_interrupt},
#ifdef PART_HAS_USB
  [16 + PART_USB_IRQ] = {.handler = usb_serve},
#endif
};
#pragma GCC diagnostic pop

__attribute__((noreturn)) void Force_Reset_Handler(void) { cpu_system_reset(); }

/*
 * GO to this table makes the ROM load a valid MSP and branch to a reset: VTOR, clocks and peripherals are then the hardware's, not
 * the ROM's. It lies behind the main table at an address that the linker script keeps free.
 */
__attribute__((section(".force_reset_vtable"), used)) const union vector force_reset_vtable[2] = {
  [0] = {.stack = _estack},
  [1] = {.handler = Force_Reset_Handler},
};
