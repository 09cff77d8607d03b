/*
 * The second post, after FLASH was given a key out of turn by an application that goes on after the HardFault: FLASH_CR stays locked until the
 * next reset, whatever keys come.
 */
#include "jump-to-bootloader.h"

#include "keys-refused.h"

#define program_jump post_2
#include "post-2.c"
#undef program_jump

void program_jump(void)
{
  const uint32_t vtor = SCB->VTOR;
  survive_bus_errors();
  FLASH->KEYR = FLASH_KEYR_KEY2;
  cpu_dsb();
  SCB->VTOR = vtor;
  post_2();
}
