/* What a family's usb.c gives; family.h says FAMILY_USB_WANTS_FAST_CLOCK. */
#ifndef HANDOVER_USB_FAMILY_H
#define HANDOVER_USB_FAMILY_H

#include <stdbool.h>

/* 48 MHz, supply, clock in RCC and pins of USB. False where the source of the 48 MHz is missing. */
bool family_usb_on(void);

#endif
