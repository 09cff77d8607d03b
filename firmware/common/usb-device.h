/*
 * A full-speed USB device on endpoint 0: what the driver of a peripheral offers, and what it calls. usb-fsdev.c and usb-otg.c implement
 * it; usb-control.c speaks chapter 9 of USB 2.0 above it. One packet at a time, EP0 of 64 bytes.
 */
#ifndef COMMON_USB_DEVICE_H
#define COMMON_USB_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define USB_EP0_SIZE 64u

struct usb_setup {
  uint8_t bmRequestType;
  uint8_t bRequest;
  uint16_t wValue;
  uint16_t wIndex;
  uint16_t wLength;
};

/* --- Implemented by the driver ------------------------------------------------------------------------------------------ */

/* Switch the peripheral on and the pull-up to D+. Its 48 MHz run already, its RCC enable bit is set, and so is USV where the part has it. */
void usb_connect(void);
/* The pull-up off and the peripheral as before usb_connect. The host sees the device leave. */
void usb_disconnect(void);
/* Serve all that is pending; from the interrupt handler, or from a loop. */
void usb_serve(void);
/* Answer the next IN token of EP0 with these bytes; 0 to 64. usb_sent follows when the host has them. */
void usb_send(const uint8_t *bytes, uint32_t count);
/* Take the next OUT packet of EP0; usb_received follows. */
void usb_receive(void);
/* STALL both directions of EP0 until the next SETUP. */
void usb_stall(void);
/* SET_ADDRESS was asked for; called before its status stage. The driver makes it effective at the right time. */
void usb_set_address(uint8_t address);

/* --- Called by the driver ----------------------------------------------------------------------------------------------- */

void usb_was_reset(void);
void usb_setup_came(const struct usb_setup *setup);
void usb_received(const uint8_t *bytes, uint32_t count);
void usb_sent(void);

#endif
