#include "flash.h"

#include "link.h"
#include "watchdog.h"

#define IN_RAM __attribute__((section(".ramfunc"), noinline, long_call))
#define INLINE static inline __attribute__((always_inline))

#define KEY1 0x45670123u
#define KEY2 0xCDEF89ABu

void flash_unlock(void)
{
  if (FLASH->CR & FLASH_CR_LOCK) {
    FLASH->KEYR = KEY1;
    FLASH->KEYR = KEY2;
  }
}

void flash_lock(void) { FLASH->CR |= FLASH_CR_LOCK; }

INLINE void wait_while(uint32_t busy)
{
  while (FLASH->SR & busy) {
    watchdog_refresh();
  }
}

uint32_t flash_finish(void)
{
  wait_while(FLASH_SR_BSY1 | FLASH_SR_CFGBSY);
  return FLASH->SR & FLASH_SR_ERRORS;
}

void flash_clear_errors(void) { FLASH->SR = FLASH_SR_ERRORS; }

/* [g070-clears-left-over-errors] flags of an earlier operation, the application's too, would refuse the next one with PGSERR */
IN_RAM static uint32_t program_double_word(volatile uint32_t *at, uint32_t low, uint32_t high)
{
  wait_while(FLASH_SR_BSY1 | FLASH_SR_CFGBSY);
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = FLASH_CR_PG;
  at[0] = low;
  at[1] = high;
  wait_while(FLASH_SR_BSY1 | FLASH_SR_CFGBSY);
  const uint32_t errors = FLASH->SR & FLASH_SR_ERRORS;
  FLASH->CR = 0;
  return errors;
}

bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count)
{
  uint32_t errors = 0;
  flash_unlock();
  /* [g070-wm-pads-with-ff] a word-aligned start or an odd length leaves half a double word open */
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

INLINE uint32_t erase(uint32_t what)
{
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = what;
  FLASH->CR = what | FLASH_CR_STRT;
  wait_while(1u << ROM_ERASE_BUSY_BIT);
  const uint32_t errors = FLASH->SR & FLASH_SR_ERRORS;
  return reported_errors(errors);
}

IN_RAM void flash_erase_and_answer(const uint8_t *pages, uint32_t count, struct usart *usart)
{
  uint32_t errors = 0;
  if (count == 0) {
    errors = erase(FLASH_CR_MER1);
  }
  for (uint32_t i = 0; i < count; i++) {
    errors |= erase(FLASH_CR_PER | ((uint32_t)pages[i] << FLASH_CR_PNB_Pos));
  }
  FLASH->CR = FLASH_CR_LOCK;
  usart->TDR = errors ? NACK : ACK;
}
