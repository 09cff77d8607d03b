/*
 * The states of DFU 1.1 (appendix A), as far as a device without a state of manifestation has them. Requests are served from the interrupt
 * of USB, the work of a download too: until it is done, the device answers nothing. [rom-usb-by-interrupt] [rom-dfu-busy-answers-nothing]
 */
#include "dfu.h"

#include "dfu_work.h"
#include "go.h"
#include "hardware.h"
#include "memory_area.h"
#include "options.h"
#include "usb-control.h"
#include "usb_clock.h"
#include "watchdog.h"

/* Requests (DFU 1.1 table 3.2) */
enum request { DNLOAD = 1, UPLOAD = 2, GETSTATUS = 3, CLRSTATUS = 4, GETSTATE = 5, ABORT = 6 };

enum state {
  IDLE = 2,
  DNLOAD_SYNC = 3,
  DNBUSY = 4,
  DNLOAD_IDLE = 5,
  MANIFEST_SYNC = 6,
  MANIFEST = 7,
  UPLOAD_IDLE = 9,
  ERROR = 10,
};

#define STATUS_SIZE 6u

static struct {
  uint8_t state;
  uint8_t status;
  bool work; /* the block has come and is not done yet */
  uint8_t answer[STATUS_SIZE];
  struct dfu_block block;
} dfu;

static volatile bool connected, leaving;

static bool fail(enum dfu_status status)
{
  dfu.state = ERROR;
  dfu.status = status;
  return false;
}

/* A request that the state does not allow. */
static bool refuse(void) { return dfu.state == ERROR ? false : fail(DFU_ERR_STALLED_PACKET); }

static bool refuse_unless(bool allowed, enum state next)
{
  if (!allowed) {
    return refuse();
  }
  dfu.state = next;
  return true;
}

static bool send_status(struct usb_data *data, uint32_t poll_ms)
{
  dfu.answer[0] = dfu.status;
  dfu.answer[1] = (uint8_t)poll_ms;
  dfu.answer[2] = (uint8_t)(poll_ms >> 8);
  dfu.answer[3] = 0;
  dfu.answer[4] = dfu.state;
  dfu.answer[5] = 0;
  data->from = dfu.answer;
  data->count = STATUS_SIZE;
  return true;
}

/* The state that is told is the one that begins with the telling. */
static bool get_status(struct usb_data *data)
{
  uint32_t poll_ms = 0;
  switch (dfu.state) {
  case DNLOAD_SYNC:
  case DNBUSY:
    dfu.state = dfu.work ? DNBUSY : DNLOAD_IDLE;
    poll_ms = dfu.work ? dfu_poll_ms(&dfu.block) : 0;
    break;
  case MANIFEST_SYNC:
    dfu.state = MANIFEST;
    /* [rom-dfu-leave-unanswered] */
    leaving = ROM_DFU_LEAVES_UNANSWERED;
    break;
  default:
    break;
  }
  return send_status(data, poll_ms);
}

static bool download(const struct usb_setup *setup, struct usb_data *data)
{
  if (dfu.state != IDLE && dfu.state != DNLOAD_IDLE) {
    return refuse();
  }
  if (setup->wLength == 0) {
    dfu.state = MANIFEST_SYNC;
    return true;
  }
  /* [rom-dfu-long-block-stalls] */
  if (setup->wLength > PART_DFU_TRANSFER_SIZE) {
    return fail(DFU_ERR_STALLED_PACKET);
  }
  data->to = dfu.block.bytes;
  data->count = sizeof dfu.block.bytes;
  return true;
}

/* An upload ends at the end of the memory area. [rom-dfu-upload-ends-with-area] */
static bool upload_memory(const struct usb_setup *setup, struct usb_data *data)
{
  if (options_rdp() != RDP_LEVEL0) {
    return fail(DFU_ERR_VENDOR);
  }
  const uint32_t address = dfu_address_of(setup->wValue);
  const struct memory_area *const area = memory_area_of(address);
  if (!area || !(area->access & ACCESS_READ)) {
    return fail(DFU_ERR_TARGET);
  }
  const uint32_t rest = area->end - address;
  data->from = (const uint8_t *)address;
  data->count = rest < setup->wLength ? rest : setup->wLength;
  return true;
}

static bool upload(const struct usb_setup *setup, struct usb_data *data)
{
  if (dfu.state != IDLE && dfu.state != UPLOAD_IDLE) {
    return refuse();
  }
  if (setup->wLength > PART_DFU_TRANSFER_SIZE) {
    return fail(DFU_ERR_STALLED_PACKET);
  }
  if (setup->wValue == DFU_BLOCK_COMMAND) {
    data->from = dfu_commands;
    data->count = DFU_COMMANDS;
  } else if (setup->wValue < DFU_BLOCK_DATA) {
    return fail(DFU_ERR_STALLED_PACKET);
  } else if (!upload_memory(setup, data)) {
    return false;
  }
  dfu.state = data->count < setup->wLength ? IDLE : UPLOAD_IDLE;
  return true;
}

/* The direction that DFU 1.1 (table 3.2) gives to each request. */
static bool has_its_direction(const struct usb_setup *setup)
{
  const bool answers = setup->bRequest == UPLOAD || setup->bRequest == GETSTATUS || setup->bRequest == GETSTATE;
  return answers == ((setup->bmRequestType & USB_DEVICE_TO_HOST) != 0);
}

bool usb_class_request(const struct usb_setup *setup, struct usb_data *data)
{
  /* [rom-dfu-direction] */
  if (!has_its_direction(setup)) {
    return refuse();
  }
  switch (setup->bRequest) {
  case DNLOAD:
    return download(setup, data);
  case UPLOAD:
    return upload(setup, data);
  case GETSTATUS:
    return get_status(data);
  case GETSTATE:
    data->from = &dfu.state;
    data->count = 1;
    return true;
  case CLRSTATUS:
    /* [rom-dfu-clrstatus-anywhere] */
    dfu.status = DFU_OK;
    dfu.work = false;
    dfu.state = IDLE;
    return true;
  case ABORT:
    return refuse_unless(dfu.state == IDLE || dfu.state == DNLOAD_IDLE || dfu.state == UPLOAD_IDLE, IDLE);
  default:
    return refuse();
  }
}

bool usb_class_data(const struct usb_setup *setup, uint32_t count)
{
  dfu.block.number = setup->wValue;
  dfu.block.count = (uint16_t)count;
  if (!dfu_is_work(&dfu.block)) {
    return fail(DFU_ERR_STALLED_PACKET);
  }
  dfu.work = true;
  dfu.state = DNLOAD_SYNC;
  return true;
}

void usb_class_done(const struct usb_setup *setup)
{
  if (setup->bRequest != GETSTATUS) {
    return;
  }
  if (dfu.state == DNBUSY && dfu.work) {
    const enum dfu_status status = dfu_do(&dfu.block);
    dfu.work = false;
    dfu.state = DNLOAD_SYNC;
    if (status != DFU_OK) {
      (void)fail(status);
    }
  } else if (dfu.state == MANIFEST) {
    leaving = true;
  }
}

/* [rom-dfu-survives-bus-reset] state and pointer stay */
void usb_configuration_changed(void)
{
#if PART_USB_CLOCK_IS_CHOSEN_LATE
  usb_clock_choose();
#endif
}

void dfu_start(void)
{
#if ROM_DFU_STARTS_IN_ERROR
  /* [rom-dfu-first-status] */
  dfu.state = ERROR;
  dfu.status = DFU_ERR_FIRMWARE;
#else
  dfu.state = IDLE;
#endif
  /* [rom-usb-needs-its-clock] */
  if (usb_clock_start()) {
    connected = true;
    nvic_enable(PART_USB_IRQ);
    usb_connect();
  }
}

/* With interrupts masked by the caller, what serves USB is this. [rom-usb-with-primask] */
static void serve_masked(void)
{
#if ROM_SERVES_USB_MASKED
  if (connected && cpu_primask() != 0) {
    usb_serve();
  }
#endif
}

bool dfu_is_chosen(void)
{
  serve_masked();
  return usb_is_configured();
}

/* The NVIC keeps the interrupt enabled. [rom-dfu-leave-keeps-nvic] */
static void disconnect(void)
{
  const uint32_t primask = cpu_primask();
  cpu_irq_disable();
  usb_disconnect();
  connected = false;
  if (primask == 0) {
    cpu_irq_enable();
  }
}

void dfu_stop(void)
{
  if (connected) {
    nvic_disable(PART_USB_IRQ);
    disconnect();
  }
}

void dfu_serve(void)
{
  while (!leaving) {
    watchdog_refresh();
    serve_masked();
  }
  disconnect();
  go(dfu_pointer());
}
