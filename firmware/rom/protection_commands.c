/* Write Protect, Write Unprotect, Readout Protect, Readout Unprotect (AN3155 r20 3.9 to 3.12). */
#include "commands.h"
#include "link.h"
#include "options.h"

static void program_and_launch(const struct options *options)
{
  if (options_program(options)) {
    options_acknowledge_and_launch();
  } else {
    link_send(NACK);
  }
}

/* Remove the lowest run of set bits from the set and return it as a WRP register, or WRP_NONE. */
static uint32_t take_run(uint32_t set[2])
{
  uint32_t first = 0;
  while (first < PART_FLASH_PAGES && !(set[first >> 5] & 1u << (first & 31u))) {
    first++;
  }
  if (first == PART_FLASH_PAGES) {
    return WRP_NONE;
  }
  uint32_t page = first;
  while (page < PART_FLASH_PAGES && (set[page >> 5] & 1u << (page & 31u))) {
    set[page >> 5] &= ~(1u << (page & 31u));
    page++;
  }
  return first | (page - 1u) << 16;
}

/*
 * [g070-wp-runs-of-pages] A sector code is a page number. The part protects two areas, so that the first two runs of pages are kept;
 * AN3155 says that numbers are not checked, so that the rest is dropped without an error. A new command replaces the old protection.
 */
void command_write_protect(void)
{
  link_send(ACK);
  const uint8_t count_less_one = link_receive();
  uint8_t checksum = count_less_one;
  uint32_t set[2] = {0, 0};
  for (uint32_t i = 0; i <= count_less_one; i++) {
    const uint8_t page = link_receive();
    checksum ^= page;
    if (page < PART_FLASH_PAGES) {
      set[page >> 5] |= 1u << (page & 31u);
    }
  }
  checksum ^= link_receive();
  if (checksum != 0 || link_damaged()) {
    link_send(NACK);
    return;
  }
  struct options options = options_read();
  options.wrp1a = take_run(set);
  options.wrp1b = take_run(set);
  program_and_launch(&options);
}

void command_write_unprotect(void)
{
  link_send(ACK);
  struct options options = options_read();
  options.wrp1a = WRP_NONE;
  options.wrp1b = WRP_NONE;
  program_and_launch(&options);
}

static void set_rdp(uint8_t level)
{
  struct options options = options_read();
  options.optr = (options.optr & ~0xFFu) | level;
  program_and_launch(&options);
}

void command_readout_protect(void)
{
  link_send(ACK);
  set_rdp(PART_RDP_LEVEL1);
}

/* [g070-rdu-erase-by-hardware] the way back from level 1 erases main flash in the controller; from level 0 there is nothing to erase */
void command_readout_unprotect(void)
{
  if (options_rdp() == RDP_LEVEL2) {
    link_send(NACK);
    return;
  }
  link_send(ACK);
  set_rdp(RDP_LEVEL0);
}
