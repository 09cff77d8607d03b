#include "faults.h"

#include "part.h"
#include "retained.h"

/* RAM that was never written has no valid parity; with parity on, the first look at retained RAM after power-on ends here. */
void NMI_Handler(void)
{
  const uint32_t enabled = FAMILY_SYSCFG_ENR;
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  family_nmi_clear();
  FAMILY_SYSCFG_ENR = enabled;
}

/* `frame`: r0-r3, r12, lr, pc, xpsr (DDI0419 B1.5.6, DDI0403 B1.5.6) */
__attribute__((used)) void hard_fault_record(const uint32_t *frame)
{
  fault_record.lr = frame[5];
  fault_record.pc = frame[6];
  fault_record.xpsr = frame[7];
#if defined(__ARM_ARCH_7EM__)
  fault_record.cfsr = SCB->CFSR;
  fault_record.hfsr = SCB->HFSR;
#endif
  retained.faults++;
  retained_seal();
}

/* Bit 2 of EXC_RETURN tells the stack that holds the frame. */
__attribute__((naked)) void HardFault_Handler(void)
{
  __asm volatile(
    "mov r1, lr\n\t"
    "mrs r0, msp\n\t"
    "lsls r1, r1, #29\n\t"
    "bpl 1f\n\t"
    "mrs r0, psp\n"
    "1: bl hard_fault_record\n"
    "2: b 2b\n\t");
}

void Error_Handler(void)
{
  cpu_irq_disable();
  for (;;) {
  }
}
