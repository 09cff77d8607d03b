/* DFU at run time (DFU 1.1 4.1 and appendix A): status, and DETACH, after which the device goes as program_detach says: by itself. */
#include "usb-control.h"
#include "hooks.h"
#include "part.h"
#include "retained.h"
#include "usb/descriptors.h"
#include "usb/family.h"
#include "usb/usb.h"

enum dfu_request { DETACH = 0, GETSTATUS = 3, CLRSTATUS = 4, GETSTATE = 5, ABORT = 6 };
enum dfu_state { APP_IDLE = 0, APP_DETACH = 1, DFU_IDLE = 2, DFU_ERROR = 10 };

#define ERR_STALLED_PACKET 0x0Fu
/* A host must not take it for a glitch; hubs look for a change of connection less often than each millisecond. */
#define OFF_THE_BUS_MS 20u

static uint8_t status[6];
#define STATE status[4]

static uint32_t cycles_per_ms;
static volatile bool jump_asked;
static bool connected;

static uint32_t setting(enum setting which) { return retained.settings[which]; }
static bool in_dfu_mode(void) { return setting(START_USB) == USB_DFU_MODE; }

static bool answer(struct usb_data *data, const uint8_t *from, uint32_t count)
{
  data->from = from;
  data->count = count;
  return true;
}

/* The wrong variant says that it is in DFU mode, where there is nothing to detach, and takes no download. */
static bool dfu_mode_request(const struct usb_setup *setup, struct usb_data *data)
{
  (void)data;
  if (setup->bRequest == CLRSTATUS || (setup->bRequest == ABORT && STATE == DFU_IDLE)) {
    status[0] = 0;
    STATE = DFU_IDLE;
    return true;
  }
  status[0] = ERR_STALLED_PACKET;
  STATE = DFU_ERROR;
  return false;
}

bool usb_class_request(const struct usb_setup *setup, struct usb_data *data)
{
  switch (setup->bRequest) {
    case GETSTATUS:
      return answer(data, status, sizeof status);
    case GETSTATE:
      return answer(data, &STATE, 1);
    default:
      break;
  }
  if (in_dfu_mode()) {
    return dfu_mode_request(setup, data);
  }
  if (setup->bRequest != DETACH) {
    return false;
  }
  STATE = APP_DETACH;
  if (!program_detach.acknowledged) {
    usb_disconnect();
    jump_asked = true;
  }
  return true;
}

bool usb_class_data(const struct usb_setup *setup, uint32_t count)
{
  (void)setup;
  (void)count;
  return false;
}

/* Not before the status stage is over: the host would see its request fail. */
void usb_class_done(const struct usb_setup *setup)
{
  if (setup->bRequest == DETACH && STATE == APP_DETACH && program_detach.by_itself) {
    jump_asked = true;
  }
}

/* A bus reset is what a device awaits that does not go by itself (DFU 1.1 5.1). How long it awaits one is not counted here. */
void usb_configuration_changed(void)
{
  if (!usb_is_configured() && STATE == APP_DETACH) {
    jump_asked = true;
  }
}

bool usb_wants_fast_clock(void) { return setting(START_USB) != USB_OFF && FAMILY_USB_WANTS_FAST_CLOCK; }

void usb_start(uint32_t hclk)
{
  if (setting(START_USB) == USB_OFF || !family_usb_on()) {
    return;
  }
  cycles_per_ms = hclk / 1000u;
  usb_descriptors_choose(in_dfu_mode());
  STATE = in_dfu_mode() ? DFU_IDLE : APP_IDLE;
  connected = true;
  nvic_enable(PART_USB_IRQ);
  usb_connect();
}

void usb_poll(void)
{
  if (!connected || !cpu_interrupts_masked()) {
    return;
  }
  const uint32_t masked = cpu_primask();
  cpu_irq_disable(); /* BASEPRI may let the handler through */
  NVIC->ICPR[PART_USB_IRQ >> 5] = 1u << (PART_USB_IRQ & 31u);
  usb_serve();
  if (!masked) {
    cpu_irq_enable();
  }
}

bool usb_jump_asked(void) { return jump_asked; }

/* By counting: SysTick may be off. Three cycles and more a round. */
static void wait_ms(uint32_t ms)
{
  uint32_t rounds = cycles_per_ms / 3u * ms + 1u;
  __asm volatile("1: subs %0, #1\n\tbne 1b\n\t" : "+l"(rounds) : : "cc");
}

void usb_before_jump(void)
{
  if (!connected || setting(JUMP_USB) == USB_LEAVE) {
    return;
  }
  if (STATE == APP_DETACH) {
    wait_ms(program_detach.after_ms);
  }
  nvic_disable(PART_USB_IRQ);
  usb_disconnect();
  connected = false;
  wait_ms(OFF_THE_BUS_MS);
}
