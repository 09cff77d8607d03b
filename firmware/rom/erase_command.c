/* Extended Erase (AN3155 r20 3.8). */
#include "commands.h"
#include "flash.h"
#include "link.h"

#define SPECIAL_CODES 0xFFF0u
#define MASS_ERASE 0xFFFFu
#define BANK1_ERASE 0xFFFEu
#define BANK2_ERASE 0xFFFDu

static struct erase erase;

static uint16_t receive_half_word(uint8_t *checksum)
{
  const uint8_t high = link_receive();
  const uint8_t low = link_receive();
  *checksum ^= high ^ low;
  return (uint16_t)(high << 8 | low);
}

/*
 * Take the whole list, so that a refused one leaves no rest behind that would read as commands.
 * [rom-eer-bad-page-nack] a page that does not exist, or more pages than there are, refuses the list before anything is erased.
 */
static bool receive_pages(uint32_t count, uint8_t *checksum)
{
  bool good = count <= PART_FLASH_PAGES;
  for (uint32_t i = 0; i < count; i++) {
    const uint16_t page = receive_half_word(checksum);
    if (page < PART_FLASH_PAGES) {
      erase.pages[page >> 5] |= 1u << (page & 31u);
    } else {
      good = false;
    }
  }
  return good;
}

/* [rom-eer-special-codes] */
static bool take_special(uint16_t code)
{
#if PART_HAS_MASS_ERASE
  if (code == MASS_ERASE) {
    erase.what = ERASE_ALL;
    return true;
  }
#endif
#if PART_FLASH_BANKS == 2 && PART_HAS_MASS_ERASE
  if (code == BANK1_ERASE || code == BANK2_ERASE) {
    erase.what = code == BANK1_ERASE ? ERASE_BANK1 : ERASE_BANK2;
    return true;
  }
#endif
  (void)code;
  return false;
}

void command_extended_erase(void)
{
  link_send(ACK);

  uint8_t checksum = 0;
  bool good;
  erase = (struct erase){.what = ERASE_PAGES};
  const uint16_t code = receive_half_word(&checksum);
  if (code >= SPECIAL_CODES) {
    good = take_special(code);
  } else {
    good = receive_pages(code + 1u, &checksum);
  }
  checksum ^= link_receive();

  if (!good || checksum != 0 || link_damaged()) {
    link_send(NACK);
    return;
  }
  flash_unlock();
  flash_erase_and_answer(&erase, link_usart());
}
