/* FLASH interface of F0: pages that are named by address, and half-words. */
#include "flash.h"

#include "link.h"
#include "ram_code.h"
#include "usart.h"
#include "watchdog.h"

#define FLASH_SR_ERRORS (FLASH_SR_PGERR | FLASH_SR_WRPRTERR)

void flash_unlock(void)
{
  if (FLASH->CR & FLASH_CR_LOCK) {
    FLASH->KEYR = FLASH_KEYR_KEY1;
    FLASH->KEYR = FLASH_KEYR_KEY2;
  }
}

void flash_lock(void) { FLASH->CR |= FLASH_CR_LOCK; }

INLINE void wait(void)
{
  while (FLASH->SR & FLASH_SR_BSY) {
    watchdog_refresh();
  }
}

/* [rom-protected-page-no-error] */
INLINE uint32_t reported_errors(void)
{
  const uint32_t errors = FLASH->SR & FLASH_SR_ERRORS;
  return errors & FLASH_SR_WRPRTERR ? 0u : errors;
}

/* [rom-clears-left-over-errors] */
IN_RAM static uint32_t program_half_word(volatile uint16_t *at, uint16_t value)
{
  wait();
  FLASH->SR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH->CR = FLASH_CR_PG;
  *at = value;
  wait();
  FLASH->CR = 0;
  return reported_errors();
}

bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count)
{
  uint32_t errors = 0;
  flash_unlock();
  for (uint32_t done = 0; done < count; done += 2u) {
    errors |= program_half_word((volatile uint16_t *)(address + done), (uint16_t)(bytes[done] | bytes[done + 1u] << 8));
  }
  flash_lock();
  return errors == 0;
}

INLINE uint32_t erase_step(uint32_t what, uint32_t address)
{
  FLASH->SR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH->CR = what;
  FLASH->AR = address;
  FLASH->CR = what | FLASH_CR_STRT;
  wait();
  return reported_errors();
}

INLINE uint32_t erase_and_lock(const struct erase *erase)
{
  uint32_t errors = 0;
  wait();
  if (erase->what == ERASE_PAGES) {
    for (uint32_t page = 0; page < PART_FLASH_PAGES; page++) {
      if (erase_has_page(erase, page)) {
        errors |= erase_step(FLASH_CR_PER, PART_FLASH_BASE + page * PART_FLASH_PAGE_SIZE);
      }
    }
  } else {
    errors = erase_step(FLASH_CR_MER, PART_FLASH_BASE);
  }
  FLASH->CR = FLASH_CR_LOCK;
  return errors;
}

IN_RAM void flash_erase_and_answer(const struct erase *erase, struct usart *usart)
{
  usart_put(usart, erase_and_lock(erase) ? NACK : ACK);
}

#if PART_HAS_USB
IN_RAM bool flash_erase(const struct erase *erase) { return erase_and_lock(erase) == 0; }
#endif
