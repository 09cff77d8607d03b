/*
 * Option bytes of G0, C0 and L4: FLASH_OPTR and two write-protected areas per bank, written through registers. In the area that Write
 * Memory sees, a complement stands in the word after each.
 */
#include "options.h"

#include "flash_double_word.h"

#define OPTION_OPTR 0x00u
#define OPTION_WRP1AR 0x18u
#define OPTION_WRP1BR 0x20u

#define RDP_BYTE_LEVEL0 0xAAu
#define RDP_BYTE_LEVEL2 0xCCu

/* WRP register of an area that protects no page: its start lies above its end. */
#define WRP_NONE PART_WRP_NONE

struct options {
  uint32_t optr;
  uint32_t wrp[2u * PART_FLASH_BANKS];
};

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

static struct options read_options(void)
{
  return (struct options){
    .optr = FLASH->OPTR,
    .wrp =
      {
        FLASH->WRP1AR,
        FLASH->WRP1BR,
#if PART_FLASH_BANKS == 2
        FLASH->WRP2AR,
        FLASH->WRP2BR,
#endif
      },
  };
}

static void unlock(void)
{
  flash_unlock();
  if (FLASH->CR & FLASH_CR_OPTLOCK) {
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY1;
    FLASH->OPTKEYR = FLASH_OPTKEYR_KEY2;
  }
}

static bool program(const struct options *options)
{
  unlock();
  flash_finish();
  flash_clear_errors();
  FLASH->OPTR = options->optr;
  FLASH->WRP1AR = options->wrp[0];
  FLASH->WRP1BR = options->wrp[1];
#if PART_FLASH_BANKS == 2
  FLASH->WRP2AR = options->wrp[2];
  FLASH->WRP2BR = options->wrp[3];
#endif
  FLASH->CR |= FLASH_CR_OPTSTRT;
  const bool programmed = flash_finish() == 0;
  if (!programmed) {
    flash_lock();
  }
  return programmed;
}

/* [rom-option-write] words that the data does not reach are kept; those of PCROP and of a second bank are not reached at all */
bool options_write(const uint8_t *bytes, uint32_t count)
{
  struct options options = read_options();
  options.optr = option_word_at(bytes, count, OPTION_OPTR, options.optr);
  options.wrp[0] = option_word_at(bytes, count, OPTION_WRP1AR, options.wrp[0]);
  options.wrp[1] = option_word_at(bytes, count, OPTION_WRP1BR, options.wrp[1]);
  return program(&options);
}

/* Remove the lowest run of set bits between `first` and `end` from the set and return it as a WRP register, or WRP_NONE. */
static uint32_t take_run(uint32_t *set, uint32_t first, uint32_t end)
{
  uint32_t start = first;
  while (start < end && !(set[start >> 5] & 1u << (start & 31u))) {
    start++;
  }
  if (start == end) {
    return WRP_NONE;
  }
  uint32_t page = start;
  while (page < end && (set[page >> 5] & 1u << (page & 31u))) {
    set[page >> 5] &= ~(1u << (page & 31u));
    page++;
  }
  return (start - first) | (page - 1u - first) << 16;
}

/*
 * [rom-wp-sectors] A sector code is a page number. A bank has two protected areas, so that its first two runs of pages are kept; AN3155
 * says that numbers are not checked, so that the rest is dropped without an error.
 */
bool options_protect(uint32_t sectors[PART_WRP_WORDS])
{
  struct options options = read_options();
  const uint32_t bank = PART_FLASH_PAGES / PART_FLASH_BANKS;
  for (uint32_t i = 0; i < PART_FLASH_BANKS; i++) {
    options.wrp[2u * i] = take_run(sectors, i * bank, (i + 1u) * bank);
    options.wrp[2u * i + 1u] = take_run(sectors, i * bank, (i + 1u) * bank);
  }
  return program(&options);
}

bool options_set_rdp(enum rdp_level level)
{
  struct options options = read_options();
  options.optr = (options.optr & ~0xFFu) | (level == RDP_LEVEL0 ? RDP_BYTE_LEVEL0 : PART_RDP_LEVEL1);
  return program(&options);
}

void options_launch(void)
{
#if ROM_LAUNCHES_OPTION_BYTES
  FLASH->CR |= FLASH_CR_OBL_LAUNCH;
  for (;;) {
    /* the load resets the chip */
  }
#else
  /* [g070-option-launch-missing] the new values take effect at the next power-on */
  flash_lock();
#endif
}
