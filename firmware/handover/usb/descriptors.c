#include "usb/descriptors.h"

#include "hooks.h"
#include "part.h"
#include "usb-control.h"
#include "usb-dfu.h"

#define LOW(word) ((word) & 0xFFu)
#define HIGH(word) ((word) >> 8)

enum string { STRING_LANGUAGES, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, STRING_INTERFACE };

/* VID of pid.codes with a PID that it keeps for private tests; VID and PID of ST's ROM. */
#define RUNTIME_VENDOR 0x1209u
#define RUNTIME_PRODUCT 0x0001u
#define ROM_VENDOR 0x0483u
#define ROM_PRODUCT 0xDF11u

#define DEVICE(vendor, product, version)                                                                                       \
  {                                                                                                                            \
    18, USB_DESCRIPTOR_DEVICE, 0x00, 0x02, 0, 0, 0, USB_EP0_SIZE, LOW(vendor), HIGH(vendor), LOW(product), HIGH(product),      \
      LOW(version), HIGH(version), STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, 1                                       \
  }

#define SELF_POWERED 0xC0u
#define MAX_POWER_2MA 50u
/* bitWillDetach and wDetachTimeOut are the program's. */
#define ATTRIBUTES (DFU_CAN_DNLOAD | DFU_CAN_UPLOAD)
#define TRANSFER_SIZE 1024u
#define TOTAL 27u

#define CONFIGURATION_OF(protocol, version)                                                                                    \
  {                                                                                                                            \
    9, USB_DESCRIPTOR_CONFIGURATION, TOTAL, 0, 1, USB_CONFIGURATION, 0, SELF_POWERED, MAX_POWER_2MA, 9,                        \
      USB_DESCRIPTOR_INTERFACE, 0, 0, 0, DFU_CLASS_APPLICATION, DFU_SUBCLASS, (protocol), STRING_INTERFACE, DFU_FUNCTIONAL_SIZE,       \
      DFU_DESCRIPTOR_FUNCTIONAL, ATTRIBUTES, 0, 0, LOW(TRANSFER_SIZE),                                                         \
      HIGH(TRANSFER_SIZE), LOW(version), HIGH(version)                                                                         \
  }

struct identity {
  uint8_t device[18];
  uint8_t configuration[TOTAL];
  const char *manufacturer, *product, *interface;
};

static const struct identity runtime = {
  .device = DEVICE(RUNTIME_VENDOR, RUNTIME_PRODUCT, 0x0100u),
  .configuration = CONFIGURATION_OF(DFU_PROTOCOL_RUNTIME, 0x0110u),
  .manufacturer = "stm32-hil",
  .product = "Application under test",
  .interface = "DFU runtime",
};

/* As an application with the DFU class of ST's middleware: by its name and numbers the ROM of a newer part. */
static const struct identity dfu_mode = {
  .device = DEVICE(ROM_VENDOR, ROM_PRODUCT, 0x0200u),
  .configuration = CONFIGURATION_OF(DFU_PROTOCOL_DFU_MODE, 0x011Au),
  .manufacturer = "STMicroelectronics",
  .product = "DFU in FS Mode",
  .interface = "@Internal Flash   /0x08000000/16*001Ka,16*001Kg",
};

static const struct identity *identity = &runtime;

static uint8_t configuration[TOTAL];

void usb_descriptors_choose(bool as_dfu_mode)
{
  identity = as_dfu_mode ? &dfu_mode : &runtime;
  for (uint32_t i = 0; i < TOTAL; i++) {
    configuration[i] = identity->configuration[i];
  }
  uint8_t *const functional = configuration + TOTAL - DFU_FUNCTIONAL_SIZE;
  functional[2] |= program_detach.by_itself ? DFU_WILL_DETACH : 0;
  functional[3] = LOW(program_detach.time_out_ms);
  functional[4] = HIGH(program_detach.time_out_ms);
}

uint32_t usb_alternates(void) { return 1; }

/* The unique id, its three words as they stand in memory. */
static void serial(struct usb_data *data)
{
  char text[25];
  char *to = text;
  for (uint32_t word = 0; word < 3u; word++) {
    for (uint32_t shift = 32u; shift;) {
      shift -= 4u;
      *to++ = "0123456789ABCDEF"[FAMILY_UID(word) >> shift & 15u];
    }
  }
  *to = 0;
  usb_string_descriptor(text, data);
}

static bool string(uint8_t index, struct usb_data *data)
{
  switch (index) {
    case STRING_LANGUAGES:
      usb_languages_descriptor(data);
      return true;
    case STRING_MANUFACTURER:
      usb_string_descriptor(identity->manufacturer, data);
      return true;
    case STRING_PRODUCT:
      usb_string_descriptor(identity->product, data);
      return true;
    case STRING_SERIAL:
      serial(data);
      return true;
    case STRING_INTERFACE:
      usb_string_descriptor(identity->interface, data);
      return true;
    default:
      return false;
  }
}

bool usb_descriptor(uint8_t type, uint8_t index, struct usb_data *data)
{
  switch (type) {
    case USB_DESCRIPTOR_DEVICE:
      data->from = identity->device;
      data->count = sizeof identity->device;
      return index == 0;
    case USB_DESCRIPTOR_CONFIGURATION:
      data->from = configuration;
      data->count = sizeof configuration;
      return index == 0;
    case USB_DESCRIPTOR_STRING:
      return string(index, data);
    case DFU_DESCRIPTOR_FUNCTIONAL:
      data->from = configuration + TOTAL - DFU_FUNCTIONAL_SIZE;
      data->count = DFU_FUNCTIONAL_SIZE;
      return true;
    default:
      return false;
  }
}
