/* F4. Source: RM0383 3.5.4: a store of another size than PSIZE sets PGPERR and programs nothing. */
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
  if (FLASH->OPTCR & FLASH_OPTCR_OPTLOCK) {
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
  flash_leave_unlocked();
  FLASH->CR &= ~FLASH_CR_PSIZE_Msk; /* single bytes */
  FLASH->CR |= FLASH_CR_PG;
  *(volatile uint32_t *)(FLASH_MEMORY_BASE + PART_FLASH_KB * 1024u - 4u) = 0xFFFFFFFFu;
  cpu_dsb();
  FLASH->CR &= ~FLASH_CR_PG;
  FLASH->CR |= FLASH_CR_LOCK;
}
