/*
 * The boot decision of parts whose ROM checks for empty flash (AN2606 r70, notes to F04x and L01x/L02x): a jump from the application ends
 * in the application again.
 */
#include "boot_decision.h"

#include "go.h"
#include "hardware.h"
#include "options.h"

/* [rom-repeats-boot-decision] Under readout protection the first word is not looked at: started by hardware, the ROM could not read it. */
void boot_decision(void)
{
  const volatile uint32_t *const table = (const volatile uint32_t *)PART_FLASH_BASE;
  if (part_boots_system_memory() || options_rdp() != RDP_LEVEL0 || table[0] == PART_ERASED_WORD) {
    return;
  }
  start_program(table);
}
