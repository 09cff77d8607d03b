/*
 * What an ARMv6-M or ARMv7-M core offers to C: the system control space and the instructions that C has no word for.
 * Sources: Armv6-M Architecture Reference Manual (DDI0419), B3.2 SCB, B3.3 SysTick, B3.4 NVIC, B5.2 system instructions; Armv7-M
 * Architecture Reference Manual (DDI0403), B3.2 SCB, A2.5 FPU. A part whose core is a Cortex-M0 defines CORTEX_M_WITHOUT_VTOR.
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
static inline void nvic_disable(uint32_t irq) { NVIC->ICER[irq >> 5] = 1u << (irq & 31u); }

/* --- SCB ----------------------------------------------------------------------------------------------------------------- */

struct scb {
  volatile uint32_t CPUID;
  volatile uint32_t ICSR;
#ifdef CORTEX_M_WITHOUT_VTOR
  uint32_t reserved_08;
#else
  volatile uint32_t VTOR; /* bits 31:8 on a Cortex-M0+, 31:7 on a Cortex-M4 */
#endif
  volatile uint32_t AIRCR;
  volatile uint32_t SCR;
  volatile uint32_t CCR;
  volatile uint32_t SHPR1;
  volatile uint32_t SHPR2;
  volatile uint32_t SHPR3;
  volatile uint32_t SHCSR;
#if defined(__ARM_ARCH_7EM__)
  volatile uint32_t CFSR;
  volatile uint32_t HFSR;
  volatile uint32_t DFSR;
  volatile uint32_t MMFAR;
  volatile uint32_t BFAR;
  volatile uint32_t AFSR;
  uint32_t reserved_40[18];
  volatile uint32_t CPACR;
#endif
};
#define SCB ((struct scb *)0xE000ED00u)
REGISTER_AT(scb, AIRCR, 0x0C);
REGISTER_AT(scb, SHCSR, 0x24);
#if defined(__ARM_ARCH_7EM__)
REGISTER_AT(scb, CFSR, 0x28);
REGISTER_AT(scb, CPACR, 0x88);

#define SCB_CPACR_CP10_CP11_FULL (0xFu << 20) /* the FPU for privileged and unprivileged code */

/* Lazy stacking of the floating-point registers (DDI0403 B3.2.21). */
#define FPU_FPCCR ((volatile uint32_t *)0xE000EF34u)
#define FPU_FPCCR_LSPEN (1u << 30)
#define FPU_FPCCR_ASPEN (1u << 31)
#endif

/* --- MPU: not on a Cortex-M0; Armv6-M Architecture Reference Manual (DDI0419) B3.5 --------------------------------------------- */

#ifndef CORTEX_M_WITHOUT_VTOR
struct mpu {
  volatile uint32_t TYPE;
  volatile uint32_t CTRL;
  volatile uint32_t RNR;
  volatile uint32_t RBAR;
  volatile uint32_t RASR;
};
#define MPU ((struct mpu *)0xE000ED90u)

#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2) /* privileged code has the default map where no region is */
#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_SIZE_Pos 1u /* the region has 2 ^ (SIZE + 1) bytes */
#define MPU_RASR_C (1u << 17)
#define MPU_RASR_S (1u << 18)
#define MPU_RASR_AP_FULL (3u << 24)
#define MPU_RASR_XN (1u << 28)
#endif

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

#if defined(__ARM_ARCH_7EM__)
static inline uint32_t cpu_basepri(void)
{
  uint32_t value;
  __asm volatile("mrs %0, basepri" : "=r"(value)::"memory");
  return value;
}

static inline uint32_t cpu_faultmask(void)
{
  uint32_t value;
  __asm volatile("mrs %0, faultmask" : "=r"(value)::"memory");
  return value;
}

static inline void cpu_basepri_clear(void) { __asm volatile("msr basepri, %0" ::"r"(0) : "memory"); }
static inline void cpu_faultmask_clear(void) { __asm volatile("cpsie f" ::: "memory"); }
#endif

/* One of the masks is set. BASEPRI lets interrupts of higher urgency through. */
static inline int cpu_interrupts_masked(void)
{
#if defined(__ARM_ARCH_7EM__)
  return cpu_primask() || cpu_basepri() || cpu_faultmask();
#else
  return cpu_primask() != 0;
#endif
}

/* The stack changes under the caller: what the compiler keeps there is lost to it. */
static inline void cpu_msp_set(uint32_t value) { __asm volatile("msr msp, %0" ::"r"(value) : "memory"); }

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
