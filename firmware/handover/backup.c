#include "backup.h"

#include "part.h"

#ifdef PART_RETAINED_IN_BACKUP_REGISTERS

/*
 * Word 0: checksum of the others. Word 1: boots 15:0, diverted 23:16, faults 31:24. Words 2 and 3: settings, two bits each. Word 4 is
 * left to others.
 */
#define WORDS 4u
#define BOOTS_Msk 0xFFFFu
#define DIVERTED_Pos 16u
#define FAULTS_Pos 24u
#define SMALL_COUNTER_Msk 0xFFu
#define SETTING_BITS 2u
#define SETTINGS_PER_WORD (32u / SETTING_BITS)
_Static_assert(SETTING_COUNT <= 2u * SETTINGS_PER_WORD, "the settings reach beyond their words");

static uint32_t checksum_of(const uint32_t *words)
{
  uint32_t sum = 0x2468ACE1u;
  for (uint32_t i = 1; i < WORDS; i++) {
    sum = ((sum << 5) | (sum >> 27)) ^ words[i];
  }
  return sum;
}

bool backup_load(struct retained *to)
{
  uint32_t words[WORDS];
  const uint32_t enabled = FAMILY_PWR_ENR;
  enable_clock(&FAMILY_PWR_ENR, FAMILY_PWR_ENR_MASK);
  for (uint32_t i = 0; i < WORDS; i++) {
    words[i] = RTC->BKPR[i];
  }
  FAMILY_PWR_ENR = enabled;
  if (words[0] != checksum_of(words)) {
    return false;
  }
  to->boots = words[1] & BOOTS_Msk;
  to->diverted = words[1] >> DIVERTED_Pos & SMALL_COUNTER_Msk;
  to->faults = words[1] >> FAULTS_Pos;
  for (uint32_t i = 0; i < SETTING_BYTES; i++) {
    const uint32_t shift = i % SETTINGS_PER_WORD * SETTING_BITS;
    to->settings[i] = i < SETTING_COUNT ? words[2u + i / SETTINGS_PER_WORD] >> shift & 3u : 0;
  }
  return true;
}

void backup_store(const struct retained *from)
{
  uint32_t words[WORDS];
  words[1] = (from->boots & BOOTS_Msk) | (from->diverted & SMALL_COUNTER_Msk) << DIVERTED_Pos | from->faults << FAULTS_Pos;
  words[2] = 0;
  words[3] = 0;
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    words[2u + i / SETTINGS_PER_WORD] |= (uint32_t)from->settings[i] << i % SETTINGS_PER_WORD * SETTING_BITS;
  }
  words[0] = checksum_of(words);

  const uint32_t enabled = FAMILY_PWR_ENR;
  enable_clock(&FAMILY_PWR_ENR, FAMILY_PWR_ENR_MASK);
  PWR->CR |= PWR_CR_DBP;
  for (uint32_t i = 0; i < WORDS; i++) {
    RTC->BKPR[i] = words[i];
  }
  PWR->CR &= ~PWR_CR_DBP;
  FAMILY_PWR_ENR = enabled;
}

#else

bool backup_load(struct retained *to)
{
  (void)to;
  return false;
}

void backup_store(const struct retained *from) { (void)from; }

#endif
