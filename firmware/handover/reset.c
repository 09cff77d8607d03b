/* The start: look before anything is touched, then decide between the ROM and the application. */
#include <stdbool.h>

#include "hooks.h"
#include "jump.h"
#include "main.h"
#include "memory-init.h"
#include "part.h"
#include "retained.h"

/*
 * The core's own registers change with the first C code, so that they are stored before it. MSP is set for starts that did not come
 * by a reset, CONTROL for callers that left a process stack; exceptions would else share the stack of the thread.
 */
#if defined(__ARM_ARCH_7EM__)
#define STORE_CORE                                                                                                             \
  "mrs r5, basepri\n\t"                                                                                                        \
  "mrs r6, faultmask\n\t"                                                                                                      \
  "stmia r0!, {r1-r6}\n\t"
#else
#define STORE_CORE "stmia r0!, {r1-r4}\n\t"
#endif

__attribute__((naked, noreturn)) void Reset_Handler(void)
{
  __asm volatile(
    "ldr r0, =reset_record + 8\n\t"
    "mrs r1, msp\n\t"
    "mrs r2, control\n\t"
    "mrs r3, primask\n\t"
    "mrs r4, ipsr\n\t"
    STORE_CORE
    "ldr r1, =_estack\n\t"
    "msr msp, r1\n\t"
    "movs r1, #0\n\t"
    "msr control, r1\n\t"
    "isb\n\t"
    "bl reset_continue\n\t"
    ".pool");
}

static void record(void)
{
  reset_record.csr = FAMILY_CSR;
#ifdef CORTEX_M_WITHOUT_VTOR
  reset_record.vtor = 0;
#else
  reset_record.vtor = SCB->VTOR;
#endif
  machine_look(&reset_record.machine);
  FAMILY_CSR |= RCC_CSR_RMVF;
  FAMILY_CSR &= ~RCC_CSR_RMVF;
}

__attribute__((noreturn, used)) void reset_continue(void)
{
  record();
  const uint32_t csr = reset_record.csr;
  const bool fresh = retained_open(csr & CSR_POWER_LOST);
  if (diversion_take(csr)) {
    retained.diverted++;
    retained_seal();
    handover_sequence();
  }
  program_reset();
  retained.boots++;
  retained_seal();
  const enum request request = request_take();
  memory_init();
  application(fresh, request);
}
