#include "machine.h"

#include "console.h"

#define NAME(name, value) #name,
#define TAKE(name, value) to->name = (value);

static const char *const names[] = {MACHINE_FIELDS(NAME)};
_Static_assert(sizeof names / sizeof *names == sizeof(struct machine) / sizeof(uint32_t), "one name for each word");

static inline uint32_t nvic_any(const volatile uint32_t *words)
{
  uint32_t any = 0;
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    any |= words[i];
  }
  return any;
}

void machine_look(struct machine *to)
{
  FAMILY_RCC_AND_FLASH(TAKE)
  const uint32_t enabled = FAMILY_SYSCFG_ENR;
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  FAMILY_SYSCFG(TAKE)
  FAMILY_SYSCFG_ENR = enabled;
  CORE_FIELDS(TAKE)
}

void machine_print(const struct machine *machine)
{
  const uint32_t *const words = (const uint32_t *)machine;
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
    console_hex_field(names[i], words[i]);
  }
}
