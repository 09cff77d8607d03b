#ifndef HANDOVER_FAULTS_H
#define HANDOVER_FAULTS_H

void NMI_Handler(void);
void HardFault_Handler(void);
/* The endless loop with interrupts off in which generated code ends when the HAL refuses something. */
__attribute__((noreturn)) void Error_Handler(void);

#endif
