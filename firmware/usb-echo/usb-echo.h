/* What the test device needs of its part. */
#ifndef USB_ECHO_H
#define USB_ECHO_H

/* 48 MHz to the USB peripheral, its own clock and its supply. SYSCLK is at its highest by then. */
void usb_clock_on(void);

#endif
