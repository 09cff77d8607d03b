/* The guide's first listing: no flag, so that every start ends in the ROM. */
#include "hooks.h"
#include "part.h"

#define BOOTLOADER_ADDRESS SYSTEM_MEMORY_BASE

void program_main(void)
{
  void (*const jump_to_bootloader)(void) = *(void (*const volatile *)(void))(BOOTLOADER_ADDRESS + 4u);
  jump_to_bootloader();
}
