/*
 * The jump into the ROM. With all settings at their defaults this is the sequence of the G070 guide, in its order:
 * peripherals, clocks, interrupts off, SysTick, NVIC, interrupts on, remap, VTOR, CONTROL, ISB, MSP, DSB, ISB, branch.
 */
#include "jump.h"

#include "clock.h"
#include "leftovers.h"
#include "part.h"
#include "retained.h"
#include "timebase.h"

#define LEAVE_CONTROL_ZERO 1u
#define LEAVE_LOAD_MSP 2u
#define LEAVE_BARRIERS 4u
#define CONTROL_SPSEL 2u
#define CONTROL_SPSEL_NPRIV 3u

static uint32_t setting(enum setting which) { return retained.settings[which]; }

/* HAL_RCC_DeInit ends by setting up its time base for the new clock; a SysTick that runs goes on with its interrupt. */
static void reset_rcc(void)
{
  const uint32_t hclk = clock_deinit();
  if (SYSTICK->CTRL & SYSTICK_CTRL_ENABLE) {
    timebase_start(hclk);
  }
}

static void clear_nvic(void)
{
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    NVIC->ICER[i] = 0xFFFFFFFFu;
    NVIC->ICPR[i] = 0xFFFFFFFFu;
  }
}

/* What a thread at its lowest priority has: nothing masked. */
static void unmask(void)
{
#if defined(__ARM_ARCH_7EM__)
  cpu_basepri_clear();
  cpu_faultmask_clear();
#endif
  cpu_irq_enable();
}

static void remap(void)
{
  static const uint8_t mem_mode[] = {
    [MEM_MODE_SYSTEM] = MEM_MODE_VALUE_SYSTEM_FLASH,
    [MEM_MODE_MAIN] = MEM_MODE_VALUE_MAIN_FLASH,
    [MEM_MODE_SRAM] = MEM_MODE_VALUE_SRAM,
  };
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  if (setting(JUMP_SYSCFG_CLOCK) != SYSCFG_CLOCK_ON) {
    FAMILY_SYSCFG_ENR &= ~FAMILY_SYSCFG_ENR_MASK;
  }
  if (setting(JUMP_MEM_MODE) != MEM_MODE_KEEP) {
    FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | mem_mode[setting(JUMP_MEM_MODE)];
  }
}

static void set_vtor(void)
{
#ifndef CORTEX_M_WITHOUT_VTOR
  if (setting(JUMP_VTOR) != VTOR_KEEP) {
    SCB->VTOR = setting(JUMP_VTOR) == VTOR_ROM ? PART_SYSTEM_MEMORY : 0u;
  }
#endif
}

static uint32_t word_at(uint32_t address)
{
  uint32_t value; /* not by a pointer: the address may be 0, which C does not allow to be read */
  __asm volatile("ldr %0, [%1]" : "=l"(value) : "l"(address) : "memory");
  return value;
}

static uint32_t branch_target(uint32_t table)
{
  switch (setting(JUMP_TARGET)) {
    case TARGET_VECTOR_EVEN:
      return word_at(table + 4u) & ~1u;
    case TARGET_TABLE:
      return table;
    case TARGET_TABLE_THUMB:
      return table | 1u;
    default:
      return word_at(table + 4u);
  }
}

/* No stack from the first instruction on: MSP changes under it. `blx`, as a call through a function pointer is compiled. */
__attribute__((naked, noreturn, noinline)) static void leave(uint32_t target, uint32_t msp, uint32_t how)
{
  (void)target;
  (void)msp;
  (void)how;
  __asm volatile(
    ".global handover_leave\n"
    "handover_leave:\n\t"
    "lsrs r2, r2, #1\n\t" /* LEAVE_CONTROL_ZERO */
    "bcc 1f\n\t"
    "movs r3, #0\n\t"
    "msr control, r3\n"
    "1: movs r3, #2\n\t" /* LEAVE_BARRIERS, shifted */
    "tst r2, r3\n\t"
    "beq 2f\n\t"
    "isb\n"
    "2: lsrs r2, r2, #1\n\t" /* LEAVE_LOAD_MSP */
    "bcc 3f\n\t"
    "msr msp, r1\n"
    "3: cmp r2, #0\n\t" /* LEAVE_BARRIERS */
    "beq 4f\n\t"
    "dsb\n\t"
    "isb\n"
    "4: blx r0\n"
    "5: b 5b\n\t");
}

void handover_sequence(void)
{
  if (setting(JUMP_PERIPHERALS) == PERIPHERALS_RESET) {
    family_reset_peripherals();
  }
  if (setting(JUMP_RCC) == RCC_RESET) {
    reset_rcc();
  }
  if (setting(JUMP_PRIMASK) != PRIMASK_UNTOUCHED) {
    cpu_irq_disable();
  }
  if (setting(JUMP_SYSTICK) == SYSTICK_OFF) {
    SYSTICK->CTRL = 0;
    SYSTICK->LOAD = 0;
    SYSTICK->VAL = 0;
  }
  if (setting(JUMP_NVIC) == NVIC_CLEAR) {
    clear_nvic();
  }
  if (setting(JUMP_PRIMASK) == PRIMASK_ENABLED) {
    unmask();
  }
  remap();
  set_vtor();
  const uint32_t table = setting(JUMP_TABLE) == TABLE_ZERO ? 0u : PART_SYSTEM_MEMORY;
  const uint32_t how = (setting(JUMP_CONTROL) == CONTROL_ZERO ? LEAVE_CONTROL_ZERO : 0u) |
                       (setting(JUMP_MSP) == MSP_ROM ? LEAVE_LOAD_MSP : 0u) |
                       (setting(JUMP_BARRIERS) == BARRIERS_ON ? LEAVE_BARRIERS : 0u);
  const uint32_t target = branch_target(table);
  const uint32_t msp = word_at(table);
  if (setting(JUMP_VIA) == VIA_DIRECT) { /* after a reset the application has not run */
    leave_pending();
  }
  leave(target, msp, how);
}

__attribute__((naked, noreturn, noinline)) static void on_process_stack(uint32_t *top, uint32_t control)
{
  (void)top;
  (void)control;
  __asm volatile(
    "msr psp, r0\n\t"
    "msr control, r1\n\t"
    "isb\n\t"
    "bl handover_sequence\n\t");
}

__attribute__((noinline)) void handover_jump(void)
{
  /* above the ROM's RAM where there is such a place, so that the ROM can run on it */
  static uint32_t process_stack[64] __attribute__((aligned(8), section(".process_stack")));
  if (setting(JUMP_VIA) == VIA_RESET) {
    leave_behind();
    diversion_set();
    cpu_system_reset();
  }
  if (setting(JUMP_CLOCK) == JUMP_CLOCK_RESET) {
    clock_plain();
  } else if (setting(JUMP_CLOCK) == JUMP_CLOCK_FAST) {
    (void)clock_fast(); /* the PLL runs with these factors or not at all here, so that it cannot be refused */
  }
  leave_behind();
  if (setting(JUMP_THREAD) != THREAD_MSP) {
    on_process_stack(process_stack + 64, setting(JUMP_THREAD) == THREAD_PSP ? CONTROL_SPSEL : CONTROL_SPSEL_NPRIV);
  }
  handover_sequence();
}
