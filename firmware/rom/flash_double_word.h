/* What the programming of flash and of option bytes share on G0, C0 and L4. */
#ifndef ROM_FLASH_DOUBLE_WORD_H
#define ROM_FLASH_DOUBLE_WORD_H

#include "flash.h"

#define FLASH_SR_ERRORS                                                                                                        \
  (FLASH_SR_OPERR | FLASH_SR_PROGERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_SIZERR | FLASH_SR_PGSERR |                 \
   FLASH_SR_MISERR | FLASH_SR_FASTERR | FLASH_SR_RDERR | FLASH_SR_OPTVERR)

/*
 * What of an operation's error flags the host is told. [rom-protected-page-no-error] Nothing where the page is write-protected (AN3155);
 * the second word of a refused double word then adds PGSERR, which means no more.
 */
static inline __attribute__((always_inline)) uint32_t reported_errors(uint32_t errors)
{
  return errors & FLASH_SR_WRPERR ? 0u : errors;
}

/* Wait for the end of an operation and return the error flags it left; clears none. */
uint32_t flash_finish(void);
void flash_clear_errors(void);

#endif
