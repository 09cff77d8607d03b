/*
 * What an ARMv6-M or ARMv7-M core offers to C: the system control space and the instructions that C has no word for.
 * Source: Armv6-M Architecture Reference Manual (DDI0419), B3.2 SCB, B3.3 SysTick, B3.4 NVIC, B5.2 system instructions.
 * Structures are named for the blocks, members for the registers.
 */
#ifndef COMMON_CORTEX_M_H
#define COMMON_CORTEX_M_H

#include <stddef.h>
#include <stdint.h>

#define REGISTER_AT(block, member, offset) _Static_assert(offsetof(struct block, member) == (offset), #block "." #member)

/* --- SysTick ------------------------------------------------------------------------------------------------------------- */

struct systick {
  volatile uint32_t CTRL; /* SYST_CSR */
  volatile uint32_t LOAD; /* SYST_RVR, 24 bits */
  volatile uint32_t VAL;  /* SYST_CVR: any write clears it */
  volatile uint32_t CALIB;
};
#define SYSTICK ((struct systick *)0xE000E010u)

#define SYSTICK_CTRL_ENABLE (1u << 0)
#define SYSTICK_CTRL_TICKINT (1u << 1)
#define SYSTICK_CTRL_CLKSOURCE (1u << 2)
#define SYSTICK_CTRL_COUNTFLAG (1u << 16) /* cleared by a read */

/* --- NVIC ---------------------------------------------------------------------------------------------------------------- */

/* ARMv6-M has one word of each set (32 interrupts); ARMv7-M has more of them at the same places. */
struct nvic {
  volatile uint32_t ISER[32];
  volatile uint32_t ICER[32];
  volatile uint32_t ISPR[32];
  volatile uint32_t ICPR[32];
  volatile uint32_t reserved[64];
  volatile uint32_t IPR[8]; /* word access only on ARMv6-M; 8 bits per interrupt */
};
#define NVIC ((struct nvic *)0xE000E100u)
REGISTER_AT(nvic, ICER, 0x080);
REGISTER_AT(nvic, ISPR, 0x100);
REGISTER_AT(nvic, ICPR, 0x180);
REGISTER_AT(nvic, IPR, 0x300);

static inline void nvic_enable(uint32_t irq) { NVIC->ISER[irq >> 5] = 1u << (irq & 31u); }

/* --- SCB ----------------------------------------------------------------------------------------------------------------- */

struct scb {
  volatile uint32_t CPUID;
  volatile uint32_t ICSR;
  volatile uint32_t VTOR; /* bits 31:8 on a Cortex-M0+ (31:7 by the architecture) */
  volatile uint32_t AIRCR;
  volatile uint32_t SCR;
  volatile uint32_t CCR;
  volatile uint32_t SHPR1;
  volatile uint32_t SHPR2;
  volatile uint32_t SHPR3;
  volatile uint32_t SHCSR;
};
#define SCB ((struct scb *)0xE000ED00u)
REGISTER_AT(scb, AIRCR, 0x0C);
REGISTER_AT(scb, SHCSR, 0x24);

#define SCB_ICSR_PENDSTCLR (1u << 25)
#define SCB_ICSR_PENDSTSET (1u << 26)
#define SCB_AIRCR_VECTKEY (0x05FAu << 16)
#define SCB_AIRCR_SYSRESETREQ (1u << 2)

/* --- Instructions ---------------------------------------------------------------------------------------------------------- */

static inline void cpu_dsb(void) { __asm volatile("dsb 0xF" ::: "memory"); }
static inline void cpu_isb(void) { __asm volatile("isb 0xF" ::: "memory"); }
static inline void cpu_wfi(void) { __asm volatile("wfi" ::: "memory"); }
static inline void cpu_irq_disable(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void cpu_irq_enable(void) { __asm volatile("cpsie i" ::: "memory"); }

static inline uint32_t cpu_primask(void)
{
  uint32_t value;
  __asm volatile("mrs %0, primask" : "=r"(value)::"memory");
  return value;
}

static inline uint32_t cpu_control(void)
{
  uint32_t value;
  __asm volatile("mrs %0, control" : "=r"(value)::"memory");
  return value;
}

static inline uint32_t cpu_ipsr(void)
{
  uint32_t value;
  __asm volatile("mrs %0, ipsr" : "=r"(value)::"memory");
  return value;
}

/* System reset request; the loop covers the cycles until it takes effect (DDI0419 B3.2.6: "not guaranteed to be immediate"). */
__attribute__((noreturn)) static inline void cpu_system_reset(void)
{
  cpu_dsb();
  SCB->AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
  cpu_dsb();
  for (;;) {
  }
}

#endif
