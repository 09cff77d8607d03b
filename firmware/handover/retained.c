#include "retained.h"

#include <stddef.h>

#include "backup.h"
#include "part.h"

#define RETAINED __attribute__((section(".retained")))
#define RETAINED_FIRST __attribute__((section(".retained.request")))

#define RETAINED_MAGIC 0x4E544552u /* "RETN" */
#define REQUEST_MAGIC 0x4F444E48u  /* "HNDO" */
#define DIVERSION_MAGIC 0x4D4F5242u /* "BROM" */

RETAINED_FIRST struct handover_request handover_request;
RETAINED struct retained retained;
RETAINED struct reset_record reset_record;
RETAINED struct fault_record fault_record;
RETAINED static volatile uint32_t diversion[2];

_Static_assert(offsetof(struct handover_request, settings) == 12 && offsetof(struct handover_request, result) == 44,
               "docs/handover.md publishes the mailbox");
_Static_assert(offsetof(struct reset_record, msp) == 8 && offsetof(struct reset_record, ipsr) == 20,
               "the assembly of the reset handler stores here");

static uint32_t checksum_of(const struct retained *block)
{
  const uint32_t *const words = (const uint32_t *)block;
  uint32_t sum = 0x13579BDFu;
  for (uint32_t i = 0; i < offsetof(struct retained, checksum) / 4u; i++) {
    sum = ((sum << 5) | (sum >> 27)) ^ words[i];
  }
  return sum;
}

static bool settings_known(const struct retained *block)
{
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    if (!setting_word((enum setting)i, block->settings[i])) {
      return false;
    }
  }
  return true;
}

void retained_seal(void)
{
  retained.checksum = checksum_of(&retained);
  backup_store(&retained);
}

void retained_defaults(void)
{
  for (uint32_t i = 0; i < SETTING_BYTES; i++) {
    retained.settings[i] = 0;
  }
  retained_seal();
}

bool retained_open(bool power_lost)
{
  if (!power_lost && backup_load(&retained)) {
    retained.magic = RETAINED_MAGIC;
    retained.checksum = checksum_of(&retained);
  }
  if (!power_lost && retained.magic == RETAINED_MAGIC && retained.checksum == checksum_of(&retained) &&
      settings_known(&retained)) {
    return false;
  }
  retained.magic = RETAINED_MAGIC;
  retained.boots = 0;
  retained.diverted = 0;
  retained.faults = 0;
  retained_defaults();
  return true;
}

bool request_waiting(void)
{
  return handover_request.magic == REQUEST_MAGIC && handover_request.magic_inverse == ~REQUEST_MAGIC;
}

enum request request_take(void)
{
  if (!request_waiting()) {
    return REQUEST_NONE;
  }
  handover_request.magic = 0;
  const uint32_t command = handover_request.command;
  struct retained wanted = retained;
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    const uint8_t value = handover_request.settings[i];
    if (value != SETTING_UNCHANGED) {
      wanted.settings[i] = value;
    }
  }
  if (command < REQUEST_SETTINGS || command > REQUEST_RESET || !settings_known(&wanted)) {
    handover_request.result = 2;
    return REQUEST_NONE;
  }
  retained = wanted;
  retained_seal();
  handover_request.result = 1;
  return (enum request)command;
}

void diversion_set(void)
{
  diversion[0] = DIVERSION_MAGIC;
  diversion[1] = ~DIVERSION_MAGIC;
}

bool diversion_take(uint32_t csr)
{
  const bool set = diversion[0] == DIVERSION_MAGIC && diversion[1] == ~DIVERSION_MAGIC;
  diversion[0] = 0;
  diversion[1] = 0;
  return set && (csr & RCC_CSR_SFTRSTF) && !(csr & CSR_POWER_LOST);
}
