#include "usb-control.h"

/* Standard requests (USB 2.0 table 9-4) */
enum request {
  GET_STATUS = 0,
  CLEAR_FEATURE = 1,
  SET_FEATURE = 3,
  SET_ADDRESS = 5,
  GET_DESCRIPTOR = 6,
  GET_CONFIGURATION = 8,
  SET_CONFIGURATION = 9,
  GET_INTERFACE = 10,
  SET_INTERFACE = 11,
};

#define FEATURE_ENDPOINT_HALT 0u
#define STATUS_SELF_POWERED 1u
#define MAX_ADDRESS 127u

enum stage { STAGE_SETUP, STAGE_DATA_IN, STAGE_STATUS_OUT, STAGE_DATA_OUT, STAGE_STATUS_IN };

static struct {
  struct usb_setup setup;
  struct usb_data data; /* `from` or `to` advance, `count` is what is left */
  uint32_t received;
  uint8_t stage;
  bool zero_packet; /* the data stage ends with an empty packet */
  uint8_t configuration;
  uint8_t alternate;
} control;

static uint8_t small_answer[2];
static uint8_t string_descriptor[2u + 2u * USB_STRING_MAX];

bool usb_is_configured(void) { return control.configuration != 0; }

void usb_string_descriptor(const char *text, struct usb_data *data)
{
  uint32_t size = 2;
  while (*text && size < sizeof string_descriptor) {
    string_descriptor[size] = (uint8_t)*text++;
    string_descriptor[size + 1u] = 0;
    size += 2u;
  }
  string_descriptor[0] = (uint8_t)size;
  string_descriptor[1] = USB_DESCRIPTOR_STRING;
  data->from = string_descriptor;
  data->count = size;
}

void usb_languages_descriptor(struct usb_data *data)
{
  static const uint8_t languages[] = {4, USB_DESCRIPTOR_STRING, 0x09, 0x04};
  data->from = languages;
  data->count = sizeof languages;
}

static bool answer(struct usb_data *data, uint8_t low, uint8_t high, uint32_t count)
{
  small_answer[0] = low;
  small_answer[1] = high;
  data->from = small_answer;
  data->count = count;
  return true;
}

static bool of_device(const struct usb_setup *setup)
{
  return (setup->bmRequestType & USB_RECIPIENT_Msk) == USB_RECIPIENT_DEVICE;
}

/* Interface 0 of a configured device: there is no other. */
static bool of_interface(const struct usb_setup *setup)
{
  return (setup->bmRequestType & USB_RECIPIENT_Msk) == USB_RECIPIENT_INTERFACE && usb_is_configured() &&
         (setup->wIndex & 0xFFu) == 0;
}

/* Endpoint 0, by either direction: there is no other. */
static bool of_endpoint(const struct usb_setup *setup)
{
  return (setup->bmRequestType & USB_RECIPIENT_Msk) == USB_RECIPIENT_ENDPOINT && (setup->wIndex & 0x7Fu) == 0;
}

static bool get_status(const struct usb_setup *setup, struct usb_data *data)
{
  if (of_device(setup)) {
    return answer(data, STATUS_SELF_POWERED, 0, 2);
  }
  return (of_interface(setup) || of_endpoint(setup)) && answer(data, 0, 0, 2);
}

/* Endpoint 0 is never halted, so that there is nothing to clear; halting it and remote wake-up are refused. */
static bool clear_feature(const struct usb_setup *setup)
{
  return of_endpoint(setup) && setup->wValue == FEATURE_ENDPOINT_HALT;
}

static bool set_address(const struct usb_setup *setup)
{
  if (!of_device(setup) || setup->wValue > MAX_ADDRESS) {
    return false;
  }
  usb_set_address((uint8_t)setup->wValue);
  return true;
}

static bool set_configuration(const struct usb_setup *setup)
{
  if (!of_device(setup) || setup->wValue > USB_CONFIGURATION) {
    return false;
  }
  control.configuration = (uint8_t)setup->wValue;
  control.alternate = 0;
  usb_configuration_changed();
  return true;
}

static bool set_interface(const struct usb_setup *setup)
{
  if (!of_interface(setup) || setup->wValue >= usb_alternates()) {
    return false;
  }
  control.alternate = (uint8_t)setup->wValue;
  return true;
}

static bool standard_to_host(const struct usb_setup *setup, struct usb_data *data)
{
  switch (setup->bRequest) {
  case GET_STATUS:
    return get_status(setup, data);
  case GET_DESCRIPTOR:
    return usb_descriptor((uint8_t)(setup->wValue >> 8), (uint8_t)setup->wValue, data);
  case GET_CONFIGURATION:
    return of_device(setup) && answer(data, control.configuration, 0, 1);
  case GET_INTERFACE:
    return of_interface(setup) && answer(data, control.alternate, 0, 1);
  default:
    return false;
  }
}

static bool standard_to_device(const struct usb_setup *setup)
{
  if (setup->wLength != 0) {
    return false;
  }
  switch (setup->bRequest) {
  case CLEAR_FEATURE:
    return clear_feature(setup);
  case SET_ADDRESS:
    return set_address(setup);
  case SET_CONFIGURATION:
    return set_configuration(setup);
  case SET_INTERFACE:
    return set_interface(setup);
  default:
    return false;
  }
}

static bool is_class(const struct usb_setup *setup) { return (setup->bmRequestType & USB_TYPE_Msk) == USB_TYPE_CLASS; }

static bool request(const struct usb_setup *setup, struct usb_data *data)
{
  if (is_class(setup)) {
    return of_interface(setup) && usb_class_request(setup, data);
  }
  if ((setup->bmRequestType & USB_TYPE_Msk) != USB_TYPE_STANDARD) {
    return false;
  }
  return setup->bmRequestType & USB_DEVICE_TO_HOST ? standard_to_host(setup, data) : standard_to_device(setup);
}

/* Data of a request that came with the other direction have nowhere to come from or to go to. */
static bool has_place(const struct usb_setup *setup, const struct usb_data *data)
{
  return setup->wLength == 0 || data->count == 0 || (setup->bmRequestType & USB_DEVICE_TO_HOST ? data->from != 0 : data->to != 0);
}

static void refuse(void)
{
  control.stage = STAGE_SETUP;
  usb_stall();
}

static void send_packet(void)
{
  const uint32_t count = control.data.count < USB_EP0_SIZE ? control.data.count : USB_EP0_SIZE;
  const uint8_t *const from = control.data.from;
  control.data.from += count;
  control.data.count -= count;
  usb_send(from, count);
}

static void send_status(void)
{
  control.stage = STAGE_STATUS_IN;
  usb_send(0, 0);
}

/* An answer that is shorter than the host allows ends with a packet that is not full, and be it an empty one (5.5.3). */
static void start_data_in(void)
{
  const uint32_t allowed = control.setup.wLength;
  if (control.data.count > allowed) {
    control.data.count = allowed;
  }
  control.zero_packet =
    control.data.count != 0 && control.data.count < allowed && control.data.count % USB_EP0_SIZE == 0;
  control.stage = STAGE_DATA_IN;
  send_packet();
}

void usb_setup_came(const struct usb_setup *setup)
{
  control.setup = *setup;
  control.data = (struct usb_data){0};
  control.received = 0;
  if (!request(&control.setup, &control.data) || !has_place(&control.setup, &control.data)) {
    refuse();
  } else if (setup->wLength == 0) {
    send_status();
  } else if (setup->bmRequestType & USB_DEVICE_TO_HOST) {
    start_data_in();
  } else if (control.data.count < setup->wLength) {
    refuse();
  } else {
    control.data.count = setup->wLength;
    control.stage = STAGE_DATA_OUT;
    usb_receive();
  }
}

static void finish(void)
{
  control.stage = STAGE_SETUP;
  if (is_class(&control.setup)) {
    usb_class_done(&control.setup);
  }
}

void usb_sent(void)
{
  if (control.stage == STAGE_STATUS_IN) {
    finish();
    return;
  }
  if (control.stage != STAGE_DATA_IN) {
    return;
  }
  if (control.data.count != 0) {
    send_packet();
  } else if (control.zero_packet) {
    control.zero_packet = false;
    send_packet();
  } else {
    control.stage = STAGE_STATUS_OUT;
    usb_receive();
  }
}

/* A packet that is not full ends the data stage early (8.5.3.2). */
static void take_data(const uint8_t *bytes, uint32_t count)
{
  if (count > control.data.count) {
    refuse();
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    control.data.to[i] = bytes[i];
  }
  control.data.to += count;
  control.data.count -= count;
  control.received += count;
  if (control.data.count != 0 && count == USB_EP0_SIZE) {
    usb_receive();
  } else if (usb_class_data(&control.setup, control.received)) {
    send_status();
  } else {
    refuse();
  }
}

void usb_received(const uint8_t *bytes, uint32_t count)
{
  if (control.stage == STAGE_DATA_OUT) {
    take_data(bytes, count);
  } else if (control.stage == STAGE_STATUS_OUT || control.stage == STAGE_DATA_IN) {
    /* the host may end the data stage before it has all (8.5.3.1) */
    finish();
  }
}

void usb_was_reset(void)
{
  control.stage = STAGE_SETUP;
  control.configuration = 0;
  control.alternate = 0;
  usb_configuration_changed();
}
