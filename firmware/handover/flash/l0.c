/* L0. Source: RM0377 3.7.7: a store to program memory that is not a word sets SIZERR and writes nothing. */
#include "leftovers.h"
#include "part.h"

void flash_leave_unlocked(void)
{
  if (FLASH->PECR & FLASH_PECR_PELOCK) {
    FLASH->PEKEYR = FLASH_PEKEYR_KEY1;
    FLASH->PEKEYR = FLASH_PEKEYR_KEY2;
  }
  if (FLASH->PECR & FLASH_PECR_PRGLOCK) {
    FLASH->PRGKEYR = FLASH_PRGKEYR_KEY1;
    FLASH->PRGKEYR = FLASH_PRGKEYR_KEY2;
  }
}

void flash_leave_options_unlocked(void)
{
  flash_leave_unlocked();
  if (FLASH->PECR & FLASH_PECR_OPTLOCK) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
}

void flash_leave_programming(void)
{
  flash_leave_unlocked();
  FLASH->PECR |= FLASH_PECR_PROG;
}

void flash_leave_error(void)
{
  flash_leave_unlocked();
  *(volatile uint16_t *)(FLASH_MEMORY_BASE + PART_FLASH_KB * 1024u - 4u) = 0;
  cpu_dsb();
  FLASH->PECR |= FLASH_PECR_PELOCK; /* sets the other locks, too */
}
