/* FLASH interface of G0, C0 and L4: pages, and double words that are programmed at once. */
#include "flash_double_word.h"

#include "link.h"
#include "ram_code.h"
#include "usart.h"
#include "watchdog.h"

/* After a wrong key the hardware answers this with a bus error until the next reset. */
void flash_unlock(void)
{
  if (FLASH->CR & FLASH_CR_LOCK) {
    FLASH->KEYR = FLASH_KEYR_KEY1;
    FLASH->KEYR = FLASH_KEYR_KEY2;
  }
}

/* What was read before a change must not be answered from the data cache afterwards. */
INLINE void forget_cached_data(void)
{
#ifdef FLASH_ACR_DCEN
  if (FLASH->ACR & FLASH_ACR_DCEN) {
    FLASH->ACR &= ~FLASH_ACR_DCEN;
    FLASH->ACR |= FLASH_ACR_DCRST;
    FLASH->ACR &= ~FLASH_ACR_DCRST;
    FLASH->ACR |= FLASH_ACR_DCEN;
  }
#endif
}

void flash_lock(void)
{
  FLASH->CR |= FLASH_CR_LOCK;
  forget_cached_data();
}

INLINE void wait_while(uint32_t busy)
{
  while (FLASH->SR & busy) {
    watchdog_refresh();
  }
}

uint32_t flash_finish(void)
{
  wait_while(PART_FLASH_BUSY);
  return FLASH->SR & FLASH_SR_ERRORS;
}

void flash_clear_errors(void) { FLASH->SR = FLASH_SR_ERRORS; }

/* [rom-clears-left-over-errors] flags of an earlier operation, the application's too, would refuse the next one with PGSERR */
IN_RAM static uint32_t program_double_word(volatile uint32_t *at, uint32_t low, uint32_t high)
{
  wait_while(PART_FLASH_BUSY);
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = FLASH_CR_PG;
  at[0] = low;
  at[1] = high;
  wait_while(PART_FLASH_BUSY);
  const uint32_t errors = FLASH->SR & FLASH_SR_ERRORS;
  FLASH->CR = 0;
  return errors;
}

bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count)
{
  uint32_t errors = 0;
  flash_unlock();
  /* [g0-wm-pads-with-ff] where the alignment is 4, a word-aligned start or an odd length leaves half a double word open */
  for (uint32_t done = 0; done < count;) {
    uint32_t half[2] = {0xFFFFFFFFu, 0xFFFFFFFFu};
    const uint32_t double_word = address & ~7u;
    do {
      const uint32_t offset = address & 7u;
      const uint32_t shift = (offset & 3u) * 8u;
      half[offset >> 2] &= ~(0xFFu << shift) | ((uint32_t)bytes[done] << shift);
      address++;
      done++;
    } while ((address & 7u) && done < count);
    errors |= reported_errors(program_double_word((volatile uint32_t *)double_word, half[0], half[1]));
  }
  flash_lock();
  return errors == 0;
}

INLINE uint32_t erase_step(uint32_t what)
{
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = what;
  FLASH->CR = what | FLASH_CR_STRT;
  wait_while(ROM_ERASE_BUSY);
  const uint32_t errors = FLASH->SR & FLASH_SR_ERRORS;
  return reported_errors(errors);
}

INLINE uint32_t page_bits(uint32_t page)
{
#if PART_FLASH_BANKS == 2
  if (page >= PART_FLASH_PAGES / 2u) {
    return (page - PART_FLASH_PAGES / 2u) << FLASH_CR_PNB_Pos | FLASH_CR_BKER;
  }
#endif
  return page << FLASH_CR_PNB_Pos;
}

INLINE uint32_t erase_and_lock(const struct erase *erase)
{
  uint32_t errors = 0;
  /* An operation that the application left running; on V11.3 of the G070 it is not waited for either. */
  wait_while(ROM_ERASE_BUSY);
  switch (erase->what) {
  case ERASE_PAGES:
    for (uint32_t page = 0; page < PART_FLASH_PAGES; page++) {
      if (erase_has_page(erase, page)) {
        errors |= erase_step(FLASH_CR_PER | page_bits(page));
      }
    }
    break;
#if PART_FLASH_BANKS == 2
  case ERASE_BANK1:
    errors = erase_step(FLASH_CR_MER1);
    break;
  case ERASE_BANK2:
    errors = erase_step(FLASH_CR_MER2);
    break;
  default:
    errors = erase_step(FLASH_CR_MER1 | FLASH_CR_MER2);
    break;
#else
  default:
    errors = erase_step(FLASH_CR_MER1);
    break;
#endif
  }
  FLASH->CR = FLASH_CR_LOCK;
  forget_cached_data();
  return errors;
}

IN_RAM void flash_erase_and_answer(const struct erase *erase, struct usart *usart)
{
  usart_put(usart, erase_and_lock(erase) ? NACK : ACK);
}

#if PART_HAS_USB
IN_RAM bool flash_erase(const struct erase *erase) { return erase_and_lock(erase) == 0; }
#endif
