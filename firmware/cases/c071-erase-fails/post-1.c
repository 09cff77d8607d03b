/* The first post: interrupts are disabled and stay so. */
#include "jump-to-bootloader.h"

void program_jump(void)
{
  leave_behind();
  void (*const sys_mem_boot_jump)(void) = (void (*)(void))word_of_table(4);
  hal_rcc_deinit();
  systick_off();
  usb_clock_off();
  cpu_irq_disable();
  load_msp_and_call(sys_mem_boot_jump);
}
