/*
 * Where a program of firmware/cases takes the place of the application. hooks.c defines each as weak, so that the application without
 * a program does what docs/handover.md says.
 */
#ifndef HANDOVER_HOOKS_H
#define HANDOVER_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

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

/* How the application on USB makes way when a host asks for it by DFU_DETACH (start.usb runtime). */
struct detach {
  bool by_itself;        /* bitWillDetach; else at the next bus reset */
  bool acknowledged;     /* the status stage of the request is over first; else it never comes */
  uint16_t time_out_ms;  /* wDetachTimeOut */
  uint16_t after_ms;     /* from the request to the end, beside what the application takes for itself */
};
extern const struct detach program_detach;

#endif
