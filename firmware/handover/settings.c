#include "settings.h"

#include "text.h"

#define MOST_WORDS 4u

struct description {
  const char *name;
  const char *words[MOST_WORDS + 1u];
};

static const struct description descriptions[SETTING_COUNT] = {
  [START_VTOR] = {"start.vtor", {"flash", "unset"}},
  [START_CLOCK] = {"start.clock", {"reset", "fast"}},
  [START_RCC] = {"start.rcc", {"keep", "reset"}},
  [START_CLOCK_ERROR] = {"start.clock_error", {"stop", "ignore"}},
  [START_SYSTICK] = {"start.systick", {"on", "off"}},
  [START_PRIMASK] = {"start.primask", {"keep", "clear"}},
  [START_IWDG] = {"start.iwdg", {"off", "on", "wait-first"}},
  [JUMP_VIA] = {"jump.via", {"direct", "reset"}},
  [JUMP_CLOCK] = {"jump.clock", {"keep", "reset", "fast"}},
  [JUMP_THREAD] = {"jump.thread", {"msp", "psp", "psp-unprivileged"}},
  [JUMP_PERIPHERALS] = {"jump.peripherals", {"reset", "keep"}},
  [JUMP_RCC] = {"jump.rcc", {"reset", "keep"}},
  [JUMP_PRIMASK] = {"jump.primask", {"enabled", "disabled", "untouched"}},
  [JUMP_SYSTICK] = {"jump.systick", {"off", "keep"}},
  [JUMP_NVIC] = {"jump.nvic", {"clear", "keep"}},
  [JUMP_SYSCFG_CLOCK] = {"jump.syscfg_clock", {"on", "off"}},
  [JUMP_MEM_MODE] = {"jump.mem_mode", {"system", "keep", "main", "sram"}},
  [JUMP_VTOR] = {"jump.vtor", {"zero", "rom", "keep"}},
  [JUMP_CONTROL] = {"jump.control", {"zero", "keep"}},
  [JUMP_MSP] = {"jump.msp", {"rom", "keep"}},
  [JUMP_BARRIERS] = {"jump.barriers", {"on", "off"}},
  [JUMP_TABLE] = {"jump.table", {"system", "zero"}},
  [JUMP_TARGET] = {"jump.target", {"vector", "vector-even", "table", "table-thumb"}},
  [JUMP_FLASH] = {"jump.flash", {"locked", "unlocked", "option-unlocked", "pg"}},
  [JUMP_FLASH_ERROR] = {"jump.flash_error", {"none", "set"}},
  [JUMP_DMA] = {"jump.dma", {"off", "rom-ram"}},
  [JUMP_WATCHDOG] = {"jump.watchdog", {"off", "iwdg", "wwdg"}},
  [JUMP_MPU] = {"jump.mpu", {"off", "ram-no-execute"}},
  [JUMP_CLOCK_LEFTOVER] = {"jump.clock_leftover", {"none", "divider", "usb48", "wait-states"}},
  [JUMP_PENDING] = {"jump.pending", {"none", "systick", "irq"}},
  [START_USB] = {"start.usb", {"off", "runtime", "dfu-mode"}},
  [JUMP_USB] = {"jump.usb", {"disconnect", "leave"}},
};
_Static_assert(SETTING_COUNT <= SETTING_BYTES, "the mailbox holds one byte per setting");

const char *setting_name(enum setting setting) { return descriptions[setting].name; }

const char *setting_word(enum setting setting, uint32_t index)
{
  return index < MOST_WORDS ? descriptions[setting].words[index] : 0;
}

enum setting setting_find(const char *name)
{
  uint32_t found = 0;
  while (found < SETTING_COUNT && !text_equal(descriptions[found].name, name)) {
    found++;
  }
  return (enum setting)found;
}

int setting_find_word(enum setting setting, const char *word)
{
  for (uint32_t i = 0; descriptions[setting].words[i]; i++) {
    if (text_equal(descriptions[setting].words[i], word)) {
      return (int)i;
    }
  }
  return -1;
}
