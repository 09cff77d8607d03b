/* F0. Source: RM0091 3.2.2: a half-word that is not erased takes nothing but 0; any other value sets PGERR and changes nothing. */
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
  if (!(FLASH->CR & FLASH_CR_OPTWRE)) {
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
  *(volatile uint16_t *)FLASH_MEMORY_BASE = 0xFFFFu; /* the vector table is not erased */
  while (FLASH->SR & FLASH_SR_BSY) {
  }
  FLASH->CR &= ~FLASH_CR_PG;
  FLASH->CR |= FLASH_CR_LOCK;
}
