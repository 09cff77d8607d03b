/*
 * JumpToBootloader() of the guide, call by call. It is not what fails: the way back is, by what the project around it does not do at its
 * start (settings start.vtor, start.rcc): SystemInit leaves VTOR alone, SystemClock_Config asks for the PLL that the ROM is running on.
 */
#include "clock.h"
#include "hooks.h"
#include "part.h"

struct bootloader_table {
  uint32_t stack_pointer;
  void (*reset_handler)(void);
};
#define BOOTLOADER_TABLE ((const volatile struct bootloader_table *)SYSTEM_MEMORY_BASE)

void program_jump(void)
{
  family_reset_peripherals(); /* HAL_DeInit */
  (void)clock_deinit();       /* HAL_RCC_DeInit */
  cpu_irq_disable();
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    NVIC->ICER[i] = 0xFFFFFFFFu;
    NVIC->ICPR[i] = 0xFFFFFFFFu;
  }
  cpu_irq_enable();
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | MEM_MODE_VALUE_SYSTEM_FLASH;
  SCB->VTOR = 0;
  __asm volatile("msr control, %0" ::"r"(0) : "memory");
  cpu_isb();
  cpu_msp_set(BOOTLOADER_TABLE->stack_pointer);
  cpu_dsb();
  cpu_isb();
  BOOTLOADER_TABLE->reset_handler();
  for (;;) {
  }
}
