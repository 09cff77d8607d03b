/* An application without interrupts: its console is polled, its SysTick off by a setting. */
#include "hooks.h"
#include "part.h"

void program_main(void) { cpu_irq_disable(); }
