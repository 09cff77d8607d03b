#include "faults.h"

#include "retained.h"
#include "stm32g0.h"

#define FLASH_ECCR_ECCD (1u << 31)

/* RAM that was never written has no valid parity; with parity on, the first look at retained RAM after power-on ends here. */
void NMI_Handler(void)
{
  const uint32_t enabled = RCC->APBENR2;
  RCC->APBENR2 = enabled | RCC_APBENR2_SYSCFGEN;
  (void)RCC->APBENR2;
  (void)RCC->APBENR2;
  SYSCFG->CFGR2 |= SYSCFG_CFGR2_SRAM_PEF;
  FLASH->ECCR |= FLASH_ECCR_ECCD;
  RCC->APBENR2 = enabled;
}

/* `frame`: r0-r3, r12, lr, pc, xpsr (DDI0419 B1.5.6) */
__attribute__((used)) void hard_fault_record(const uint32_t *frame)
{
  fault_record.lr = frame[5];
  fault_record.pc = frame[6];
  fault_record.xpsr = frame[7];
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
