/* What can be changed at run time: docs/handover.md has the tables. The order here is the byte order of the mailbox. */
#ifndef HANDOVER_SETTINGS_H
#define HANDOVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum setting {
  START_VTOR,
  START_CLOCK,
  START_RCC,
  START_CLOCK_ERROR,
  START_SYSTICK,
  START_PRIMASK,
  START_IWDG,
  JUMP_VIA,
  JUMP_CLOCK,
  JUMP_THREAD,
  JUMP_PERIPHERALS,
  JUMP_RCC,
  JUMP_PRIMASK,
  JUMP_SYSTICK,
  JUMP_NVIC,
  JUMP_SYSCFG_CLOCK,
  JUMP_MEM_MODE,
  JUMP_VTOR,
  JUMP_CONTROL,
  JUMP_MSP,
  JUMP_BARRIERS,
  JUMP_TABLE,
  JUMP_TARGET,
  JUMP_FLASH,
  JUMP_FLASH_ERROR,
  JUMP_DMA,
  JUMP_WATCHDOG,
  JUMP_MPU,
  JUMP_CLOCK_LEFTOVER,
  JUMP_PENDING,
  START_USB,
  JUMP_USB,
  SETTING_COUNT
};

/* Values, in the order of their words. The default is 0. */
enum { VTOR_FLASH, VTOR_UNSET };
enum { START_CLOCK_RESET, START_CLOCK_FAST };
enum { RCC_KEPT_AT_START, RCC_RESET_AT_START };
enum { CLOCK_ERROR_STOP, CLOCK_ERROR_IGNORE };
enum { SYSTICK_ON, SYSTICK_OFF_AT_START };
enum { PRIMASK_KEPT_AT_START, PRIMASK_CLEARED_AT_START };
enum { IWDG_OFF, IWDG_ON, IWDG_WAIT_FIRST };
enum { VIA_DIRECT, VIA_RESET };
enum { JUMP_CLOCK_KEEP, JUMP_CLOCK_RESET, JUMP_CLOCK_FAST };
enum { THREAD_MSP, THREAD_PSP, THREAD_PSP_UNPRIVILEGED };
enum { PERIPHERALS_RESET, PERIPHERALS_KEEP };
enum { RCC_RESET, RCC_KEEP };
enum { PRIMASK_ENABLED, PRIMASK_DISABLED, PRIMASK_UNTOUCHED };
enum { SYSTICK_OFF, SYSTICK_KEEP };
enum { NVIC_CLEAR, NVIC_KEEP };
enum { SYSCFG_CLOCK_ON, SYSCFG_CLOCK_OFF };
enum { MEM_MODE_SYSTEM, MEM_MODE_KEEP, MEM_MODE_MAIN, MEM_MODE_SRAM };
enum { VTOR_ZERO, VTOR_ROM, VTOR_KEEP };
enum { CONTROL_ZERO, CONTROL_KEEP };
enum { MSP_ROM, MSP_KEEP };
enum { BARRIERS_ON, BARRIERS_OFF };
enum { TABLE_SYSTEM, TABLE_ZERO };
enum { TARGET_VECTOR, TARGET_VECTOR_EVEN, TARGET_TABLE, TARGET_TABLE_THUMB };
enum { FLASH_LOCKED, FLASH_UNLOCKED, FLASH_OPTIONS_UNLOCKED, FLASH_PROGRAMMING };
enum { FLASH_ERROR_NONE, FLASH_ERROR_SET };
enum { DMA_OFF, DMA_ROM_RAM };
enum { WATCHDOG_OFF, WATCHDOG_IWDG, WATCHDOG_WWDG };
enum { MPU_OFF, MPU_RAM_NO_EXECUTE };
enum { LEFTOVER_NONE, LEFTOVER_DIVIDER, LEFTOVER_USB48, LEFTOVER_WAIT_STATES };
enum { PENDING_NONE, PENDING_SYSTICK, PENDING_IRQ };
enum { USB_OFF, USB_RUNTIME, USB_DFU_MODE };
enum { USB_DISCONNECT, USB_LEAVE };

#define SETTING_BYTES 32u
#define SETTING_UNCHANGED 0xFFu

const char *setting_name(enum setting setting);
/* The word for the setting's value `index`, or 0 where there is none. */
const char *setting_word(enum setting setting, uint32_t index);
/* SETTING_COUNT for a name that is none. */
enum setting setting_find(const char *name);
/* -1 for a word that the setting does not know. */
int setting_find_word(enum setting setting, const char *word);

#endif
