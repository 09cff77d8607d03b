/*
 * What the device says of itself. One configuration, one interface; each alternate setting names a memory as AN3156 writes memory maps, and
 * one functional descriptor stands behind the last. [rom-usb-identity]
 */
#include "hardware.h"
#include "usb-control.h"
#include "usb-dfu.h"

#define LOW(word) ((word) & 0xFFu)
#define HIGH(word) ((word) >> 8)

enum string { STRING_LANGUAGES, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, STRING_ALTERNATES };

#define VENDOR 0x0483u
#define PRODUCT 0xDF11u
#define VERSION_OF_DEVICES 1u

static const uint8_t device[] = {
  18, USB_DESCRIPTOR_DEVICE,
  LOW(PART_USB_BCD_USB), HIGH(PART_USB_BCD_USB),
  0, 0, 0, /* class: as the interface says */
  USB_EP0_SIZE,
  LOW(VENDOR), HIGH(VENDOR), LOW(PRODUCT), HIGH(PRODUCT),
  LOW(PART_USB_BCD_DEVICE), HIGH(PART_USB_BCD_DEVICE),
  STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL,
  VERSION_OF_DEVICES,
};

#define COUNT(number, name) +1u
#define ALTERNATES (0u PART_USB_ALTERNATES(COUNT))
#define INTERFACE_SIZE 9u
#define CONFIGURATION_SIZE 9u
#define TOTAL_SIZE (CONFIGURATION_SIZE + ALTERNATES * INTERFACE_SIZE + DFU_FUNCTIONAL_SIZE)

#define SELF_POWERED 0xC0u
#define MAX_POWER_2MA 50u
#define DETACH_TIMEOUT_MS 255u
#define DFUSE_VERSION 0x011Au

#define INTERFACE(number, name)                                                                                                \
  INTERFACE_SIZE, USB_DESCRIPTOR_INTERFACE, 0, (number), 0, DFU_CLASS_APPLICATION, DFU_SUBCLASS, DFU_PROTOCOL_DFU_MODE,                 \
    STRING_ALTERNATES + (number),

static const uint8_t configuration[] = {
  CONFIGURATION_SIZE, USB_DESCRIPTOR_CONFIGURATION, LOW(TOTAL_SIZE), HIGH(TOTAL_SIZE),
  1, USB_CONFIGURATION, 0, SELF_POWERED, MAX_POWER_2MA,
  PART_USB_ALTERNATES(INTERFACE)
  DFU_FUNCTIONAL_SIZE, DFU_DESCRIPTOR_FUNCTIONAL,
  DFU_CAN_DNLOAD | DFU_CAN_UPLOAD | DFU_WILL_DETACH,
  LOW(DETACH_TIMEOUT_MS), HIGH(DETACH_TIMEOUT_MS),
  LOW(PART_DFU_TRANSFER_SIZE), HIGH(PART_DFU_TRANSFER_SIZE),
  LOW(DFUSE_VERSION), HIGH(DFUSE_VERSION),
};
_Static_assert(sizeof configuration == TOTAL_SIZE, "the configuration descriptor says its length");

#define NAME(number, name) (name),
static const char *const alternates[] = {PART_USB_ALTERNATES(NAME)};

uint32_t usb_alternates(void) { return ALTERNATES; }

static char *hex(char *to, uint32_t value, uint32_t digits)
{
  while (digits-- != 0) {
    *to++ = "0123456789ABCDEF"[value >> digits * 4u & 0xFu];
  }
  return to;
}

/* [rom-usb-serial] the sum of two words of the unique id, then half of the third */
static void serial(struct usb_data *data)
{
  char text[13];
  *hex(hex(text, PART_USB_UID0 + PART_USB_UID2, 8), PART_USB_UID1 >> 16, 4) = 0;
  usb_string_descriptor(text, data);
}

static bool string(uint8_t index, struct usb_data *data)
{
  switch (index) {
  case STRING_LANGUAGES:
    usb_languages_descriptor(data);
    return true;
  case STRING_MANUFACTURER:
    usb_string_descriptor("STMicroelectronics", data);
    return true;
  case STRING_PRODUCT:
    usb_string_descriptor(PART_USB_PRODUCT, data);
    return true;
  case STRING_SERIAL:
    serial(data);
    return true;
  default:
    if (index >= STRING_ALTERNATES + ALTERNATES) {
      return false;
    }
    usb_string_descriptor(alternates[index - STRING_ALTERNATES], data);
    return true;
  }
}

bool usb_descriptor(uint8_t type, uint8_t index, struct usb_data *data)
{
  switch (type) {
  case USB_DESCRIPTOR_DEVICE:
    data->from = device;
    data->count = sizeof device;
    return index == 0;
  case USB_DESCRIPTOR_CONFIGURATION:
    data->from = configuration;
    data->count = sizeof configuration;
    return index == 0;
  case USB_DESCRIPTOR_STRING:
    return string(index, data);
  case DFU_DESCRIPTOR_FUNCTIONAL:
    data->from = configuration + sizeof configuration - DFU_FUNCTIONAL_SIZE;
    data->count = DFU_FUNCTIONAL_SIZE;
    return true;
  default:
    return false;
  }
}
