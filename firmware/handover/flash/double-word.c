/* G0, C0, L4. Source: RM0454 3.3.8 and RM0351 3.3.7: a store narrower than a word sets SIZERR and programs nothing. */
#include "leftovers.h"
#include "part.h"

void flash_leave_unlocked(void)
{
  if (FLASH->CR & FLASH_CR_LOCK) {
    FLASH->KEYR = FLASH_KEYR_KEY1;
    FLASH->KEYR = FLASH_KEYR_KEY2;
  }
}

void flash_leave_options_unlocked(void)
{
  flash_leave_unlocked();
  if (FLASH->CR & FLASH_CR_OPTLOCK) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
}

void flash_leave_programming(void)
{
  flash_leave_unlocked();
  FLASH->CR |= FLASH_CR_PG;
}

void flash_leave_error(void)
{
  flash_leave_programming();
  *(volatile uint16_t *)(FLASH_MEMORY_BASE + PART_FLASH_KB * 1024u - 8u) = 0xFFFFu;
  cpu_dsb();
  FLASH->CR &= ~FLASH_CR_PG;
  FLASH->CR |= FLASH_CR_LOCK;
}
