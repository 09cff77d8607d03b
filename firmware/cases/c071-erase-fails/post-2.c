/* The second post: the NVIC is cleared, and interrupts are enabled again. */
#include "jump-to-bootloader.h"

void program_jump(void)
{
  leave_behind();
  void (*const sys_mem_boot_jump)(void) = (void (*)(void))word_of_table(4);
  cpu_irq_disable();
  hal_rcc_deinit();
  systick_off();
  usb_clock_off();
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    NVIC->ICER[i] = 0xFFFFFFFFu;
    NVIC->ICPR[i] = 0xFFFFFFFFu;
  }
  cpu_irq_enable();
  load_msp_and_call(sys_mem_boot_jump);
}
