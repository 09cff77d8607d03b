/*
 * Where a program of firmware/cases takes the place of the application. hooks.c defines each as weak, so that the application without
 * a program does what docs/handover.md says.
 */
#ifndef HANDOVER_HOOKS_H
#define HANDOVER_HOOKS_H

/*
 * In the reset handler, where SystemInit stands in an ordinary start-up: the machine was recorded, nothing was changed but MSP and
 * CONTROL. No static data: .data and .bss are not there yet. A start that ends here does not count in `n`.
 */
void program_reset(void);
/* The first line of main(): static data is there, clocks, interrupts and console are as the reset or the caller left them. */
void program_main(void);
/* The application is up: after the banner; clocks, console and SysTick run. */
void program_ready(void);
/* What the console's `jump` and the probe's request for a jump do. Without a program: the sequence of the retained settings. */
void program_jump(void);

#endif
