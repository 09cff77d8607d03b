#include "options.h"

#include "flash.h"
#include "link.h"

#define OPTKEY1 0x08192A3Bu
#define OPTKEY2 0x4C5D6E7Fu

uint8_t options_rdp(void) { return (uint8_t)FLASH->OPTR; }

struct options options_read(void)
{
  return (struct options){.optr = FLASH->OPTR, .wrp1a = FLASH->WRP1AR, .wrp1b = FLASH->WRP1BR};
}

static void unlock(void)
{
  flash_unlock();
  if (FLASH->CR & FLASH_CR_OPTLOCK) {
    FLASH->OPTKEYR = OPTKEY1;
    FLASH->OPTKEYR = OPTKEY2;
  }
}

bool options_program(const struct options *options)
{
  unlock();
  flash_finish();
  flash_clear_errors();
  FLASH->OPTR = options->optr;
  FLASH->WRP1AR = options->wrp1a;
  FLASH->WRP1BR = options->wrp1b;
  FLASH->CR |= FLASH_CR_OPTSTRT;
  const bool programmed = flash_finish() == 0;
  if (!programmed) {
    flash_lock();
  }
  return programmed;
}

void options_acknowledge_and_launch(void)
{
  link_send(ACK);
  link_drain();
#if ROM_LAUNCHES_OPTION_BYTES
  FLASH->CR |= FLASH_CR_OBL_LAUNCH;
  for (;;) {
    /* the load resets the chip */
  }
#else
  flash_lock();
#endif
}
