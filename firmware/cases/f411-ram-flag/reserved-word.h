/* The guide's second form: the linker script keeps the last eight bytes of RAM above the stack, at `_bflag`. */
#include <stdint.h>

__asm(".global boot_flag_bytes\n"
      ".set boot_flag_bytes, 8\n");
extern uint32_t _bflag[];
#define BOOTLOADER_FLAG ((volatile uint32_t *)_bflag)
