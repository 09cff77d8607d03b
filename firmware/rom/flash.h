/* Programming and erasing; one file per kind of FLASH interface implements it. */
#ifndef ROM_FLASH_H
#define ROM_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

enum erase_what { ERASE_PAGES, ERASE_ALL, ERASE_BANK1, ERASE_BANK2 };

/* What an Extended Erase asks for; `pages` has one bit per page (sector on F4). */
struct erase {
  enum erase_what what;
  uint32_t pages[(PART_FLASH_PAGES + 31u) / 32u];
};

static inline __attribute__((always_inline)) bool erase_has_page(const struct erase *erase, uint32_t page)
{
  return erase->pages[page >> 5] & 1u << (page & 31u);
}

/* Give the keys if the control register is locked. */
void flash_unlock(void);
void flash_lock(void);

/*
 * Program `count` bytes at an address of main flash, OTP or data memory that has passed `may_start_write`. False when it failed for
 * another reason than write protection.
 */
bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count);

#ifdef PART_VOLTAGE_RANGE_BASE
/* Take the four bytes that a host writes to the virtual register of the supply voltage; false when they are none that it knows. */
bool flash_set_voltage_range(const uint8_t bytes[4]);
#endif

/* Erase, lock, and send ACK or NACK to the host. */
void flash_erase_and_answer(const struct erase *erase, struct usart *usart);
#if PART_HAS_USB
/* Erase and lock. False when it failed for another reason than write protection. */
bool flash_erase(const struct erase *erase);
#endif

#endif
