/*
 * A USB device for the tests of the drivers: control transfers of any length up to 300 bytes, either way, to compare with what the host
 * asked and sent. With ECHO_POLLED it looks at the peripheral all the time, else it sleeps until the interrupt.
 *
 * Requests of the class, to the interface: COUNT (device to host) answers with wLength bytes that count on from wValue; STORE (to device)
 * keeps what comes and refuses data whose first byte is REFUSED; FETCH (device to host) answers with what STORE brought; LEAVE takes the
 * device off the bus, for a while of wValue thousand loops.
 */
#include "clock.h"
#include "memory-init.h"
#include "part.h"
#include "usb-control.h"
#include "usb-echo.h"

#define MOST 300u
#define REFUSED 0xFFu
enum { COUNT = 1, STORE = 2, FETCH = 3, LEAVE = 4 };

extern uint32_t _estack[];
void Reset_Handler(void);

static uint8_t counted[MOST];
static uint8_t stored[MOST];
static uint32_t stored_count;
static volatile uint32_t leave_for;

static const uint8_t device_descriptor[] = {18, 1, 0x00, 0x02, 0, 0, 0, USB_EP0_SIZE, 0x09, 0x12, 0x02, 0x00, 0x00, 0x01, 0, 0, 0, 1};
static const uint8_t configuration_descriptor[] = {9, 2, 18, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0};

/* --- the device ---------------------------------------------------------------------------------------------------------- */

bool usb_descriptor(uint8_t type, uint8_t index, struct usb_data *data)
{
  (void)index;
  if (type == USB_DESCRIPTOR_DEVICE) {
    *data = (struct usb_data){.from = device_descriptor, .count = sizeof device_descriptor};
    return true;
  }
  if (type == USB_DESCRIPTOR_CONFIGURATION) {
    *data = (struct usb_data){.from = configuration_descriptor, .count = sizeof configuration_descriptor};
    return true;
  }
  return false;
}

uint32_t usb_alternates(void) { return 1; }

bool usb_class_request(const struct usb_setup *setup, struct usb_data *data)
{
  switch (setup->bRequest) {
    case COUNT:
      if (setup->wLength > MOST) {
        return false;
      }
      for (uint32_t i = 0; i < setup->wLength; i++) {
        counted[i] = (uint8_t)(setup->wValue + i);
      }
      *data = (struct usb_data){.from = counted, .count = setup->wLength};
      return true;
    case STORE:
      stored_count = 0;
      *data = (struct usb_data){.to = stored, .count = MOST};
      return setup->wLength <= MOST;
    case FETCH:
      *data = (struct usb_data){.from = stored, .count = stored_count};
      return true;
    case LEAVE:
      return true;
    default:
      return false;
  }
}

bool usb_class_data(const struct usb_setup *setup, uint32_t count)
{
  (void)setup;
  stored_count = count;
  return !(count && stored[0] == REFUSED);
}

void usb_class_done(const struct usb_setup *setup)
{
  if (setup->bRequest == LEAVE) {
    leave_for = setup->wValue * 1000u;
  }
}

void usb_configuration_changed(void) {}

/* --- the program --------------------------------------------------------------------------------------------------------- */

static void interrupt(void)
{
#ifndef ECHO_POLLED
  usb_serve();
#endif
}

union vector {
  uint32_t *stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) const union vector vectors[16 + PART_INTERRUPTS] = {
  [0] = {.stack = _estack},
  [1] = {.handler = Reset_Handler},
  [16 ... 15 + PART_INTERRUPTS] = {.handler = interrupt},
};

static void leave_and_return(void)
{
  cpu_irq_disable();
  usb_disconnect();
  for (volatile uint32_t left = leave_for; left; left--) {
  }
  leave_for = 0;
  usb_connect();
  cpu_irq_enable();
}

void Reset_Handler(void)
{
  memory_init();
  clock_fast();
  usb_clock_on();
  usb_connect();
#ifndef ECHO_POLLED
  nvic_enable(ECHO_IRQ);
#endif
  for (;;) {
#ifdef ECHO_POLLED
    usb_serve();
#else
    cpu_irq_disable();
    if (!leave_for) {
      cpu_wfi(); /* ends with an interrupt that is held back, too */
    }
    cpu_irq_enable();
#endif
    if (leave_for) {
      leave_and_return();
    }
  }
}
