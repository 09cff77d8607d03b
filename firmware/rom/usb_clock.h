#ifndef ROM_USB_CLOCK_H
#define ROM_USB_CLOCK_H

#include <stdbool.h>

#include "hardware.h"

/* Bring up the 48 MHz of USB, the supply of its transceiver, its clock in RCC and its pins. False where the source of the 48 MHz is missing. */
bool usb_clock_start(void);

#if PART_USB_CLOCK_IS_CHOSEN_LATE
/* A host is there: from now on the clocks come from where USB needs them. From the interrupt of the first bus reset. */
void usb_clock_choose(void);
#endif

#endif
