/*
 * A jump whose address comes from the wrong line of the documents: 0x1FFF_6800 is where the firmware leaves the securable memory
 * (AN2606, table of exit-secure-memory routines). A routine is there, no vector table; the ROM's table is at the base of system memory.
 */
#include "clock.h"
#include "hooks.h"
#include "part.h"

#ifndef BOOTLOADER_TABLE
#define BOOTLOADER_TABLE 0x1FFF6800u
#endif

void program_jump(void)
{
  const volatile uint32_t *const table = (const volatile uint32_t *)BOOTLOADER_TABLE;
  family_reset_peripherals();
  (void)clock_deinit();
  SYSTICK->CTRL = 0;
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | MEM_MODE_VALUE_SYSTEM_FLASH;
  void (*const enter)(void) = (void (*)(void))table[1];
  cpu_msp_set(table[0]);
  enter();
  for (;;) {
  }
}
