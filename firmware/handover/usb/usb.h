/* The application on USB: docs/handover.md, start.usb. usb/dfu.c where the part has it, else usb/none.c. */
#ifndef HANDOVER_USB_H
#define HANDOVER_USB_H

#include <stdbool.h>
#include <stdint.h>

/* What start.usb needs of the clock: true when `start.clock reset` is too slow for the bus, so that `fast` takes its place. */
bool usb_wants_fast_clock(void);
/* Connect, as start.usb says. */
void usb_start(uint32_t hclk);
/* Serve the bus where interrupts are masked. */
void usb_poll(void);
/* The host has asked the application to make way, and knows that it will. */
bool usb_jump_asked(void);
/* Before a jump: leave the bus for long enough to be missed, unless jump.usb says otherwise. */
void usb_before_jump(void);

#endif
