/*
 * The boot decision of parts that can start from either bank (AN2606 r70, dual-bank boot figures): unless the boot pin asks for system
 * memory, the bank that holds code is started, bank 2 first. Code is there when the first word looks like a stack pointer.
 */
#include "boot_decision.h"

#include "go.h"
#include "hardware.h"

static void start_bank_with_code(void)
{
  const volatile uint32_t *const table = (const volatile uint32_t *)PART_FLASH_BASE;
  if (PART_IS_STACK(table[0])) {
    start_program(table);
  }
}

/* [rom-dual-bank-test] */
void boot_decision(void)
{
  RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN;
  (void)RCC->APB2ENR;
  if (PART_BOOTED_FROM_SYSTEM_MEMORY()) {
    return;
  }
  PART_BANK2_FIRST();
  start_bank_with_code();
  PART_BANK1_FIRST();
  start_bank_with_code();
}
