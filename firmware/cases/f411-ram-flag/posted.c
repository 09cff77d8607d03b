/*
 * The guide's first form: a word below the top of the stack is set before a reset, looked at in the first line of main(), and the
 * vector of the ROM is called as it stands, without remap and on the application's stack.
 *
 * `_estack` counts in words here as in the guide, so that `- 100` goes 400 bytes down, not the 100 that its comment names.
 */
#include "hooks.h"
#include "part.h"
#include "retained.h"

extern uint32_t _estack[];

#define BOOTLOADER_ADDRESS SYSTEM_MEMORY_BASE
#define BOOTLOADER_FLAG_VALUE 0xB007B007u
#define BOOTLOADER_FLAG_OFFSET 100

#ifndef BOOTLOADER_FLAG
#define BOOTLOADER_FLAG ((volatile uint32_t *)((uintptr_t)_estack - BOOTLOADER_FLAG_OFFSET * sizeof(uint32_t)))
#endif
/* What a variant does between the store and the reset; what it asks beside the flag; how it forgets the flag. */
#ifndef BEFORE_RESET
#define BEFORE_RESET()
#endif
#ifndef ALSO_ASKED
#define ALSO_ASKED() 1
#endif
#ifndef CLEAR_FLAG
#define CLEAR_FLAG() (*BOOTLOADER_FLAG = 0)
#endif
#ifndef BEFORE_CALL
#define BEFORE_CALL()
#endif
#ifndef CHECK_IN
#define CHECK_IN program_main
#endif

void program_jump(void)
{
  *BOOTLOADER_FLAG = BOOTLOADER_FLAG_VALUE;
  BEFORE_RESET();
  cpu_system_reset();
}

void CHECK_IN(void)
{
  if (*BOOTLOADER_FLAG == BOOTLOADER_FLAG_VALUE && ALSO_ASKED()) {
    CLEAR_FLAG();
    void (*const jump_to_bootloader)(void) = *(void (*const volatile *)(void))(BOOTLOADER_ADDRESS + 4u);
    BEFORE_CALL();
    jump_to_bootloader();
  }
  CLEAR_FLAG(); /* so that the next start is not affected */
}
