/*
 * Control transfers of a full-speed device with one configuration and one interface on endpoint 0: chapter 9 of USB 2.0 above a driver
 * (usb-device.h). The device itself is the functions below, which its program implements.
 */
#ifndef COMMON_USB_CONTROL_H
#define COMMON_USB_CONTROL_H

#include "usb-device.h"

/* bmRequestType (USB 2.0 table 9-2) */
#define USB_DEVICE_TO_HOST 0x80u
#define USB_TYPE_Msk 0x60u
#define USB_TYPE_STANDARD 0x00u
#define USB_TYPE_CLASS 0x20u
#define USB_RECIPIENT_Msk 0x1Fu
#define USB_RECIPIENT_DEVICE 0u
#define USB_RECIPIENT_INTERFACE 1u
#define USB_RECIPIENT_ENDPOINT 2u

/* Descriptor types (table 9-5) */
#define USB_DESCRIPTOR_DEVICE 1u
#define USB_DESCRIPTOR_CONFIGURATION 2u
#define USB_DESCRIPTOR_STRING 3u
#define USB_DESCRIPTOR_INTERFACE 4u

/* bConfigurationValue of the one configuration. */
#define USB_CONFIGURATION 1u

/* Bytes of the data stage: where they are, or where they go to. Must stay until the transfer is done. */
struct usb_data {
  const uint8_t *from;
  uint8_t *to;
  uint32_t count;
};

/* --- Implemented by the device ------------------------------------------------------------------------------------------ */

/* Descriptor by type and index, into `data->from` and `data->count`. False: there is none. */
bool usb_descriptor(uint8_t type, uint8_t index, struct usb_data *data);
/* How many alternate settings the interface has. */
uint32_t usb_alternates(void);
/*
 * A request of the class, for the interface of a configured device. False refuses it by STALL. For one from device to host, `data` becomes
 * the answer, cut to wLength. For one with data to the device, `data->to` takes them; `data->count`, at least wLength, says how many fit.
 */
bool usb_class_request(const struct usb_setup *setup, struct usb_data *data);
/* The data stage of such a request has brought `count` bytes. False refuses them: its status stage is a STALL. */
bool usb_class_data(const struct usb_setup *setup, uint32_t count);
/* The status stage of such a request is over: the host knows how it went. */
void usb_class_done(const struct usb_setup *setup);
/* The host has reset the bus, or given another configuration. */
void usb_configuration_changed(void);

/* --- Offered ------------------------------------------------------------------------------------------------------------ */

/* A string descriptor of plain ASCII; the data is good until the next one is made. At most USB_STRING_MAX characters. */
#define USB_STRING_MAX 63u
void usb_string_descriptor(const char *text, struct usb_data *data);

/* String descriptor 0: US English alone. */
void usb_languages_descriptor(struct usb_data *data);

bool usb_is_configured(void);

#endif
