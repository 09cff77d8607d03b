/* FLASH interface of F4: sectors, and programming in units whose size depends on the supply voltage. */
#include "flash.h"

#include "link.h"
#include "ram_code.h"
#include "usart.h"
#include "watchdog.h"

#define FLASH_SR_ERRORS                                                                                                        \
  (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR | FLASH_SR_PGSERR | FLASH_SR_RDERR)

/* [f4-voltage-range] log2 of the bytes programmed at once: single bytes until the host has told the supply voltage */
static uint32_t psize;

bool flash_set_voltage_range(const uint8_t bytes[4])
{
  /* 1.8 V, 2.1 V, 2.4 V, 2.7 V and 2.7 V with VPP */
  static const uint8_t psizes[] = {0, 1, 1, 2, 2};
  if (bytes[0] >= sizeof psizes || bytes[1] != 0xFFu || bytes[2] != 0xFFu || bytes[3] != 0xFFu) {
    return false;
  }
  psize = psizes[bytes[0]];
  return true;
}

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
  if (FLASH->ACR & FLASH_ACR_DCEN) {
    FLASH->ACR &= ~FLASH_ACR_DCEN;
    FLASH->ACR |= FLASH_ACR_DCRST;
    FLASH->ACR &= ~FLASH_ACR_DCRST;
    FLASH->ACR |= FLASH_ACR_DCEN;
  }
}

void flash_lock(void)
{
  FLASH->CR |= FLASH_CR_LOCK;
  forget_cached_data();
}

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

/* [rom-clears-left-over-errors] */
IN_RAM static uint32_t program_unit(uint32_t address, const uint8_t *bytes)
{
  wait();
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = psize << FLASH_CR_PSIZE_Pos | FLASH_CR_PG;
  switch (psize) {
  case 0:
    *(volatile uint8_t *)address = bytes[0];
    break;
  case 1:
    *(volatile uint16_t *)address = (uint16_t)(bytes[0] | bytes[1] << 8);
    break;
  default:
    *(volatile uint32_t *)address =
      (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  }
  wait();
  FLASH->CR = 0;
  return reported_errors();
}

bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count)
{
  uint32_t errors = 0;
  flash_unlock();
  for (uint32_t done = 0; done < count; done += 1u << psize) {
    errors |= program_unit(address + done, bytes + done);
  }
  flash_lock();
  return errors == 0;
}

INLINE uint32_t erase_step(uint32_t what)
{
  FLASH->SR = FLASH_SR_ERRORS;
  FLASH->CR = what | psize << FLASH_CR_PSIZE_Pos;
  FLASH->CR |= FLASH_CR_STRT;
  wait();
  return reported_errors();
}

INLINE uint32_t erase_and_lock(const struct erase *erase)
{
  uint32_t errors = 0;
  wait();
  if (erase->what == ERASE_PAGES) {
    for (uint32_t sector = 0; sector < PART_FLASH_PAGES; sector++) {
      if (erase_has_page(erase, sector)) {
        errors |= erase_step(FLASH_CR_SER | sector << FLASH_CR_SNB_Pos);
      }
    }
  } else {
    errors = erase_step(FLASH_CR_MER);
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
