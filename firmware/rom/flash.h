/*
 * Programming and erasing. The routines that start an operation and wait for it lie in RAM: the report that V11.3 fails by waiting on
 * the wrong BUSY bit fits only a ROM whose code runs on while the flash array is busy (code in the array would be stalled).
 * [g070-erase-code-in-ram]
 */
#ifndef ROM_FLASH_H
#define ROM_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

#define FLASH_SR_ERRORS                                                                                                        \
  (FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_SIZERR | FLASH_SR_PGSERR |                 \
   FLASH_SR_MISERR | FLASH_SR_FASTERR | FLASH_SR_RDERR | FLASH_SR_OPTVERR)

/*
 * What of an operation's error flags the host is told. [g070-protected-page-no-error] Nothing where the page is write-protected (AN3155);
 * the second word of a refused double word then adds PGSERR, which means no more.
 */
static inline __attribute__((always_inline)) uint32_t reported_errors(uint32_t errors)
{
  return errors & FLASH_SR_WRPERR ? 0u : errors;
}

/* Give the keys if CR is locked. After a wrong key the hardware answers this with a bus error until the next reset. */
void flash_unlock(void);
void flash_lock(void);

/*
 * Program `count` bytes at a word-aligned address of main flash or OTP; what is missing from a double word is 0xFF.
 * False when a double word failed for another reason than write protection.
 */
bool flash_program(uint32_t address, const uint8_t *bytes, uint32_t count);

/* Erase the pages (or, with `count` 0, the whole flash), lock, and send ACK or NACK to the host. */
void flash_erase_and_answer(const uint8_t *pages, uint32_t count, struct usart *usart);

/* Wait for the end of an operation and return the error flags it left; clears none. */
uint32_t flash_finish(void);
void flash_clear_errors(void);

#endif
