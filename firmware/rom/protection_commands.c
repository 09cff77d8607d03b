/* Write Protect, Write Unprotect, Readout Protect, Readout Unprotect (AN3155 r20 3.9 to 3.12). */
#include "commands.h"
#include "link.h"
#include "options.h"

void acknowledge_and_launch(void)
{
  link_send(ACK);
  link_drain();
  options_launch();
}

static void launch_if(bool programmed)
{
  if (programmed) {
    acknowledge_and_launch();
  } else {
    link_send(NACK);
  }
}

/* [rom-wp-replaces] a new command replaces the old protection; AN3155 says that sector codes are not checked: others are dropped */
void command_write_protect(void)
{
  link_send(ACK);
  const uint8_t count_less_one = link_receive();
  uint8_t checksum = count_less_one;
  uint32_t sectors[PART_WRP_WORDS] = {0};
  for (uint32_t i = 0; i <= count_less_one; i++) {
    const uint32_t sector = link_receive();
    checksum ^= (uint8_t)sector;
    if (sector < PART_WRP_SECTORS) {
      sectors[sector >> 5] |= 1u << (sector & 31u);
    }
  }
  checksum ^= link_receive();
  if (checksum != 0 || link_damaged()) {
    link_send(NACK);
    return;
  }
  launch_if(options_protect(sectors));
}

void command_write_unprotect(void)
{
  link_send(ACK);
  uint32_t sectors[PART_WRP_WORDS] = {0};
  launch_if(options_protect(sectors));
}

void command_readout_protect(void)
{
  link_send(ACK);
  launch_if(options_set_rdp(RDP_LEVEL1));
}

/* [rom-rdu-erase-by-hardware] the way back from level 1 erases main flash in the controller; from level 0 there is nothing to erase */
void command_readout_unprotect(void)
{
  if (options_rdp() == RDP_LEVEL2) {
    link_send(NACK);
    return;
  }
  link_send(ACK);
  launch_if(options_set_rdp(RDP_LEVEL0));
}
