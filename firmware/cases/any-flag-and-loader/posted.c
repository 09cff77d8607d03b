/*
 * Two stages share one RAM. The first, a loader in the place of SystemInit, marks what it leaves free of its stack with a pattern, to
 * see later how deep it went. The second, the application, keeps its flag for the ROM in RAM that no start-up code initialises, and
 * takes the pattern for its flag: the value is the one that everybody takes.
 */
#include "hooks.h"
#include "part.h"
#include "retained.h"

extern uint32_t _estack[];

#define STACK_PATTERN 0xDEADBEEFu
#define LOADER_STACK_BYTES 1024u
#define LIVE_BYTES 64u /* below the frame of the loader: what the loop itself may use */

#define FLAG_VALUE 0xDEADBEEFu
#ifndef FLAG
#define FLAG ((volatile uint32_t *)((uintptr_t)_estack - 408u))
#endif

#ifdef FLAG_HAS_COMPLEMENT
#define FLAG_SET() (FLAG[0] = FLAG_VALUE, FLAG[1] = ~FLAG_VALUE)
#define FLAG_IS_SET() (FLAG[0] == FLAG_VALUE && FLAG[1] == ~FLAG_VALUE && (reset_record.csr & RCC_CSR_SFTRSTF))
#else
#define FLAG_SET() (FLAG[0] = FLAG_VALUE)
#define FLAG_IS_SET() (FLAG[0] == FLAG_VALUE)
#endif

void program_reset(void)
{
  const uintptr_t live = (uintptr_t)__builtin_frame_address(0) - LIVE_BYTES;
  for (uintptr_t at = (uintptr_t)_estack - LOADER_STACK_BYTES; at < live; at += sizeof(uint32_t)) {
    *(volatile uint32_t *)at = STACK_PATTERN;
  }
}

void program_jump(void)
{
  FLAG_SET();
  cpu_system_reset();
}

void program_main(void)
{
  const uint32_t wanted = FLAG_IS_SET();
  FLAG[0] = 0;
  if (!wanted) {
    return;
  }
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | MEM_MODE_VALUE_SYSTEM_FLASH;
  cpu_dsb();
  cpu_isb();
  const uint32_t stack = *(const volatile uint32_t *)PART_SYSTEM_MEMORY;
  void (*const rom)(void) = *(void (*const volatile *)(void))(PART_SYSTEM_MEMORY + 4u);
  cpu_msp_set(stack);
  rom();
}
