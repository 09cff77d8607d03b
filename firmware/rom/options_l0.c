/*
 * Option bytes of L0: words that hold a value in bits 15:0 and its complement above, written in place (RM0377 3.4): OPTR in the first two,
 * WRPROT1 in the next two, WRPROT2 in the fifth. [l0-option-write]
 */
#include "options.h"

#include "flash.h"
#include "watchdog.h"

#define RDP 0u
#define WRPROT 2u
#define WORDS (WRPROT + PART_WRP_HALF_WORDS)

#define RDP_BYTE_LEVEL0 0xAAu
#define RDP_BYTE_LEVEL2 0xCCu

enum rdp_level options_rdp(void)
{
  switch (FLASH->OPTR & 0xFFu) {
  case RDP_BYTE_LEVEL0:
    return RDP_LEVEL0;
  case RDP_BYTE_LEVEL2:
    return RDP_LEVEL2;
  default:
    return RDP_LEVEL1;
  }
}

#define OPTION_WORD ((volatile uint32_t *)PART_OPTION_BASE)

static bool program(uint32_t index, uint32_t value)
{
  flash_unlock();
  if (FLASH->PECR & FLASH_PECR_OPTLOCK) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
  const uint32_t errors = FLASH_SR_WRPERR | FLASH_SR_SIZERR | FLASH_SR_PGAERR;
  FLASH->SR = errors;
  OPTION_WORD[index] = (value & 0xFFFFu) | ~value << 16;
  while (FLASH->SR & FLASH_SR_BSY) {
    watchdog_refresh();
  }
  return !(FLASH->SR & errors);
}

bool options_write(const uint8_t *bytes, uint32_t count)
{
  bool good = true;
  for (uint32_t i = 0; i < WORDS && 4u * i < count; i++) {
    good = program(i, option_word_at(bytes, count, 4u * i, OPTION_WORD[i])) && good;
  }
  return good;
}

/* [l0-wp-sectors] a sector code is the number of a 4 KB sector, whose bit in WRPROT protects when it is 1 */
bool options_protect(uint32_t sectors[PART_WRP_WORDS])
{
  bool good = true;
  for (uint32_t i = 0; i < PART_WRP_HALF_WORDS; i++) {
    good = program(WRPROT + i, sectors[i >> 1] >> (i & 1u) * 16u) && good;
  }
  return good;
}

bool options_set_rdp(enum rdp_level level)
{
  return program(RDP, (FLASH->OPTR & 0xFF00u) | (level == RDP_LEVEL0 ? RDP_BYTE_LEVEL0 : PART_RDP_LEVEL1));
}

void options_launch(void)
{
  FLASH->PECR |= FLASH_PECR_OBL_LAUNCH;
  for (;;) {
    /* the load resets the chip */
  }
}
