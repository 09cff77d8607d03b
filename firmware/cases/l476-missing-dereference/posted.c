/*
 * The jump of the post: a flag in RAM, a reset, and the function below as the first thing in SystemInit. The variants of the case
 * switch the two lines that matter: the vector is not read, its address is called; and the remap.
 */
#include "hooks.h"
#include "part.h"

#ifndef REMAP
#define REMAP 1
#endif
#ifndef ENTRY
#define ENTRY (SYSTEM_MEMORY_BASE + 4u) /* the address of the vector, which is even: BLX clears EPSR.T */
#endif

#define BOOTLOADER_FLAG_SET 0xDEADBEEFu
#define BOOTLOADER_FLAG_RESET 0u

static volatile uint32_t bootloader_flag __attribute__((section(".retained")));

void program_jump(void)
{
  bootloader_flag = BOOTLOADER_FLAG_SET;
  cpu_system_reset();
}

void program_reset(void)
{
  if (bootloader_flag != BOOTLOADER_FLAG_SET) {
    return;
  }
  bootloader_flag = BOOTLOADER_FLAG_RESET;
  cpu_irq_disable();
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
#if REMAP
  enable_clock(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
  SYSCFG->MEMRMP = (SYSCFG->MEMRMP & ~SYSCFG_MEMRMP_MEM_MODE_Msk) | SYSCFG_MEMRMP_MEM_MODE_SYSTEM_FLASH << SYSCFG_MEMRMP_MEM_MODE_Pos;
  cpu_dsb();
  cpu_isb();
#endif
  const uint32_t stack = *(const volatile uint32_t *)SYSTEM_MEMORY_BASE;
  void (*const sys_mem_boot_jump)(void) = (void (*)(void))(ENTRY);
  cpu_msp_set(stack);
  sys_mem_boot_jump();
  for (;;) {
  }
}
