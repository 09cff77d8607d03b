/* FLASH interface of L0: an erased word is 0; pages of 128 bytes; words, and half-pages of 16 words; data EEPROM. */
#include "flash.h"

#include "link.h"
#include "ram_code.h"
#include "usart.h"
#include "watchdog.h"

#define FLASH_SR_ERRORS                                                                                                        \
  (FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_SIZERR | FLASH_SR_OPTVERR | FLASH_SR_RDERR | FLASH_SR_NOTZEROERR |             \
   FLASH_SR_FWWERR)

#define HALF_PAGE 64u

void flash_unlock(void)
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

void flash_lock(void) { FLASH->PECR |= FLASH_PECR_PELOCK; }

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
  return errors & FLASH_SR_WRPERR ? 0u : errors;
}

/*
 * Write `words` words in the mode that PECR is given: one of flash or of data memory, 16 of a half-page, or the 0 that erases a page.
 * [rom-clears-left-over-errors]
 */
IN_RAM static uint32_t write_words(uint32_t mode, uint32_t address, const uint32_t *from, uint32_t words)
{
  volatile uint32_t *const to = (volatile uint32_t *)address;
  wait();
  FLASH->SR = FLASH_SR_ERRORS | FLASH_SR_EOP;
  FLASH->PECR = mode;
  for (uint32_t i = 0; i < words; i++) {
    to[i] = from[i];
  }
  wait();
  FLASH->PECR = 0;
  return reported_errors();
}

/* [l0-half-pages] a whole half-page takes the time of a word */
bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count)
{
  uint32_t errors = 0;
  flash_unlock();
  for (uint32_t done = 0; done < count;) {
    const uint32_t at = address + done;
    const bool whole = at < PART_FLASH_END && at % HALF_PAGE == 0 && count - done >= HALF_PAGE;
    const uint32_t mode = whole ? FLASH_PECR_FPRG | FLASH_PECR_PROG : 0;
    const uint32_t size = whole ? HALF_PAGE : 4u;
    errors |= write_words(mode, at, (const uint32_t *)(const void *)(bytes + done), size / 4u);
    done += size;
  }
  flash_lock();
  return errors == 0;
}

/* Not in RAM itself: it only calls what waits. */
INLINE uint32_t erase_and_lock(const struct erase *erase)
{
  static const uint32_t zero = 0;
  uint32_t errors = 0;
  for (uint32_t page = 0; page < PART_FLASH_PAGES; page++) {
    if (erase_has_page(erase, page)) {
      errors |= write_words(FLASH_PECR_ERASE | FLASH_PECR_PROG, PART_FLASH_BASE + page * PART_FLASH_PAGE_SIZE, &zero, 1);
    }
  }
  flash_lock();
  return errors;
}

void flash_erase_and_answer(const struct erase *erase, struct usart *usart)
{
  usart_put(usart, erase_and_lock(erase) ? NACK : ACK);
}

#if PART_HAS_USB
bool flash_erase(const struct erase *erase) { return erase_and_lock(erase) == 0; }
#endif
