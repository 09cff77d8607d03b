/* Read Memory, Write Memory and Go (AN3155 r20 3.4 to 3.6). */
#include "commands.h"
#include "flash.h"
#include "go.h"
#include "link.h"
#include "memory_area.h"
#include "options.h"

#define MAX_DATA 256u
/* Places of the words in the option-byte area; a complement stands in the word after each. */
#define OPTION_OPTR 0x00u
#define OPTION_WRP1AR 0x18u
#define OPTION_WRP1BR 0x20u

static uint8_t data[MAX_DATA];

void command_read_memory(void)
{
  uint32_t address;
  uint8_t count_less_one;

  link_send(ACK);
  const bool whole = link_receive_word(4, &address);
  const struct memory_area *area = memory_area_of(address);
  if (!whole || !area) {
    link_send(NACK);
    return;
  }
  link_send(ACK);

  /* [g070-range-end-nack] */
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

static bool may_start_write(uint32_t address, const struct memory_area *area)
{
  if (!area || area->write == WRITE_NONE) {
    return false;
  }
  /* [g070-option-write] the option bytes are written whole, from their base */
  if (area->write == WRITE_OPTIONS) {
    return address == area->base;
  }
  /* [g070-wm-unaligned-nack] */
  return (address & 3u) == 0;
}

static uint32_t word_at(uint32_t offset, uint32_t count, uint32_t otherwise)
{
  if (offset + 4u > count) {
    return otherwise;
  }
  return (uint32_t)data[offset] | (uint32_t)data[offset + 1u] << 8 | (uint32_t)data[offset + 2u] << 16 |
         (uint32_t)data[offset + 3u] << 24;
}

static bool program_options(uint32_t count)
{
  const struct options old = options_read();
  const struct options wanted = {
    .optr = word_at(OPTION_OPTR, count, old.optr),
    .wrp1a = word_at(OPTION_WRP1AR, count, old.wrp1a),
    .wrp1b = word_at(OPTION_WRP1BR, count, old.wrp1b),
  };
  return options_program(&wanted);
}

void command_write_memory(void)
{
  uint32_t address;

  link_send(ACK);
  const bool whole = link_receive_word(4, &address);
  const struct memory_area *area = memory_area_of(address);
  if (!whole || !may_start_write(address, area)) {
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
  if (checksum != 0 || link_damaged() || !memory_area_holds(area, address, count)) {
    link_send(NACK);
    return;
  }

  switch (area->write) {
  case WRITE_RAM:
    for (uint32_t i = 0; i < count; i++) {
      ((volatile uint8_t *)address)[i] = data[i];
    }
    link_send(ACK);
    break;
  case WRITE_FLASH:
    link_send(flash_program(address, data, count) ? ACK : NACK);
    break;
  default:
    if (program_options(count)) {
      options_acknowledge_and_launch();
    } else {
      link_send(NACK);
    }
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
