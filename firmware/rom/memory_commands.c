/* Read Memory, Write Memory and Go (AN3155 r20 3.4 to 3.6). */
#include "commands.h"
#include "go.h"
#include "link.h"
#include "memory_area.h"
#include "memory_write.h"
#include "options.h"

#define MAX_DATA 256u

static _Alignas(uint32_t) uint8_t data[MAX_DATA]; /* L0 writes it by words */

void command_read_memory(void)
{
  uint32_t address;
  uint8_t count_less_one;

  link_send(ACK);
  const bool whole = link_receive_word(4, &address);
  const struct memory_area *area = memory_area_of(address);
  if (!whole || !area || !(area->access & ACCESS_READ)) {
    link_send(NACK);
    return;
  }
  link_send(ACK);

  /* [rom-range-end-nack] */
  if (!link_receive_complemented(&count_less_one) || !memory_area_holds(area, address, count_less_one + 1u)) {
    link_send(NACK);
    return;
  }
  link_send(ACK);
  const volatile uint8_t *from = (const volatile uint8_t *)address;
  for (uint32_t i = 0; i <= count_less_one; i++) {
    link_send(from[i]);
  }
}

/* [rom-wm-length-nack] */
static bool may_have_length(uint32_t count, const struct memory_area *area)
{
  switch (area->write) {
#if ROM_REFUSES_ODD_LENGTHS
  case WRITE_FLASH:
    return (count & (PART_WRITE_ALIGNMENT - 1u)) == 0;
#endif
  case WRITE_DATA_MEMORY:
    return (count & 3u) == 0;
  default:
    return true;
  }
}

void command_write_memory(void)
{
  uint32_t address;

  link_send(ACK);
  const bool whole = link_receive_word(4, &address);
  const struct memory_area *area = memory_area_of(address);
  if (!whole || !memory_may_start_write(address, area)) {
    link_send(NACK);
    return;
  }
  link_send(ACK);

  const uint8_t count_less_one = link_receive();
  const uint32_t count = count_less_one + 1u;
  uint8_t checksum = count_less_one;
  for (uint32_t i = 0; i < count; i++) {
    data[i] = link_receive();
    checksum ^= data[i];
  }
  checksum ^= link_receive();
  if (checksum != 0 || link_damaged() || !memory_area_holds(area, address, count) || !may_have_length(count, area)) {
    link_send(NACK);
    return;
  }

  if (area->write != WRITE_OPTIONS) {
    link_send(memory_write(address, data, count, area) ? ACK : NACK);
  } else if (options_write(data, count)) {
    acknowledge_and_launch();
  } else {
    link_send(NACK);
  }
}

void command_go(void)
{
  uint32_t address;

  link_send(ACK);
  const bool whole = link_receive_word(4, &address);
  const struct memory_area *area = memory_area_of(address);
  if (!whole || !area || !(area->access & ACCESS_GO)) {
    link_send(NACK);
    return;
  }
  link_send(ACK);
  link_drain();
  go(address);
}
