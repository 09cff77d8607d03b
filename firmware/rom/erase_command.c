/* Extended Erase (AN3155 r20 3.8). */
#include "commands.h"
#include "flash.h"
#include "link.h"

#define SPECIAL_CODES 0xFFF0u
#define MASS_ERASE 0xFFFFu

static uint8_t pages[PART_FLASH_PAGES];

static uint16_t receive_half_word(uint8_t *checksum)
{
  const uint8_t high = link_receive();
  const uint8_t low = link_receive();
  *checksum ^= high ^ low;
  return (uint16_t)(high << 8 | low);
}

/*
 * Take the whole list, so that a refused one leaves no rest behind that would read as commands.
 * [g070-eer-bad-page-nack] a page that does not exist, or more pages than there are, refuses the list before anything is erased.
 */
static bool receive_pages(uint32_t count, uint8_t *checksum)
{
  bool good = true;
  for (uint32_t i = 0; i < count; i++) {
    const uint16_t page = receive_half_word(checksum);
    if (page < PART_FLASH_PAGES && i < PART_FLASH_PAGES) {
      pages[i] = (uint8_t)page;
    } else {
      good = false;
    }
  }
  return good;
}

void command_extended_erase(void)
{
  link_send(ACK);

  uint8_t checksum = 0;
  const uint16_t code = receive_half_word(&checksum);
  uint32_t count = 0;
  bool good;
  if (code >= SPECIAL_CODES) {
    /* [g070-eer-bank-codes-nack] the bank codes 0xFFFE and 0xFFFD as well: there is one bank */
    good = code == MASS_ERASE;
  } else {
    count = code + 1u;
    good = receive_pages(count, &checksum);
  }
  checksum ^= link_receive();

  if (!good || checksum != 0 || link_damaged()) {
    link_send(NACK);
    return;
  }
  flash_unlock();
  flash_erase_and_answer(pages, count, link_usart());
}
