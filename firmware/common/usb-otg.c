/*
 * usb-device.h on OTG_FS. One source for both cores; they differ in how a session becomes valid, which CID tells. The caller has switched PA11
 * and PA12 to it. Source: RM0383 22.17 (OTG_FS programming model), RM0351 47.16.
 */
#include "usb-otg.h"
#include "usb-device.h"

/*
 * In words, of 320. Rx (RM0383 22.13.1): 10 for SETUPs, twice a packet of 64 bytes and its status, one for each endpoint, one for global OUT NAK.
 */
#define RX_WORDS 64u
#define TX_WORDS 64u

/* PHY clocks between token and answer: what the slowest HCLK needs (RM0383 table of TRDT), within the 6.5 bit times of USB 2.0 7.1.18. */
#define TURNAROUND 15u
#define SETUPS_IN_A_ROW 3u

/* The core answers within some clocks of the slower domain. It never does when the 48 MHz are missing, and then nobody may hang on it. */
#define PATIENCE 100000u

static struct usb_setup setup;
static uint8_t received[USB_EP0_SIZE];
static uint32_t received_count;
static bool has_packet;

static void wait_for(const volatile uint32_t *status, uint32_t mask, uint32_t value)
{
  for (uint32_t patience = PATIENCE; (*status & mask) != value && patience > 0; patience--) {
  }
}

static void reset_by(uint32_t bit, uint32_t number)
{
  wait_for(&OTG_FS->GRSTCTL, OTG_GRSTCTL_AHBIDL, OTG_GRSTCTL_AHBIDL);
  OTG_FS->GRSTCTL = bit | number << OTG_GRSTCTL_TXFNUM_Pos;
  wait_for(&OTG_FS->GRSTCTL, bit, 0);
}

static void flush_tx(void) { reset_by(OTG_GRSTCTL_TXFFLSH, OTG_GRSTCTL_TXFNUM_ALL); }

/* --- endpoint 0 ---------------------------------------------------------------------------------------------------------- */

static void expect_setup(void) { OTG_FS->OUT[0].DOEPTSIZ = SETUPS_IN_A_ROW << OTG_DOEPTSIZ0_STUPCNT_Pos; }

/* A packet that the host has not taken would be the first of the next transfer. RM0383 22.17.6, disabling IN endpoints. */
static void drop_unsent(void)
{
  struct otg_in_endpoint *const in = &OTG_FS->IN[0];
  if (!(in->DIEPCTL & OTG_EPCTL_EPENA)) {
    return;
  }
  in->DIEPCTL |= OTG_EPCTL_SNAK;
  wait_for(&in->DIEPINT, OTG_DIEPINT_INEPNE, OTG_DIEPINT_INEPNE);
  in->DIEPCTL |= OTG_EPCTL_EPDIS | OTG_EPCTL_SNAK;
  wait_for(&in->DIEPINT, OTG_DIEPINT_EPDISD, OTG_DIEPINT_EPDISD);
  in->DIEPINT = OTG_EPINT_ALL;
  flush_tx();
}

/* The host has begun anew, and nobody has looked yet. */
static bool setup_waits(void)
{
  return (OTG_FS->GINTSTS & OTG_GINT_RXFLVL) &&
         (OTG_FS->GRXSTSR >> OTG_GRXSTS_PKTSTS_Pos & OTG_GRXSTS_PKTSTS_Msk) == OTG_PKTSTS_SETUP_DATA;
}

/*
 * Each answer only if it still has its question. A SETUP that comes between the look and CNAK finds its NAK taken away; that is given back
 * before there is anything to send, and without data the host's next token, at least 3 us behind its SETUP, comes later.
 */
void usb_send(const uint8_t *bytes, uint32_t count)
{
  struct otg_in_endpoint *const in = &OTG_FS->IN[0];
  if (setup_waits()) {
    return;
  }
  in->DIEPTSIZ = 1u << OTG_EPTSIZ_PKTCNT_Pos | count;
  in->DIEPCTL |= OTG_EPCTL_EPENA | OTG_EPCTL_CNAK;
  if (setup_waits()) {
    in->DIEPCTL |= OTG_EPCTL_SNAK;
    return;
  }
  for (uint32_t i = 0; i < count; i += 4u) {
    uint32_t word = 0;
    for (uint32_t byte = 0; byte < 4u && i + byte < count; byte++) {
      word |= (uint32_t)bytes[i + byte] << 8u * byte;
    }
    OTG_FS->FIFO0 = word;
  }
}

void usb_receive(void)
{
  has_packet = false;
  if (setup_waits()) {
    return;
  }
  OTG_FS->OUT[0].DOEPTSIZ = SETUPS_IN_A_ROW << OTG_DOEPTSIZ0_STUPCNT_Pos | 1u << OTG_EPTSIZ_PKTCNT_Pos | USB_EP0_SIZE;
  OTG_FS->OUT[0].DOEPCTL |= OTG_EPCTL_EPENA | OTG_EPCTL_CNAK;
  if (setup_waits()) {
    OTG_FS->OUT[0].DOEPCTL |= OTG_EPCTL_SNAK;
  }
}

/* Only the next SETUP ends it, so that it cannot be taken back. */
void usb_stall(void)
{
  if (setup_waits()) {
    return;
  }
  OTG_FS->IN[0].DIEPCTL |= OTG_EPCTL_STALL;
  OTG_FS->OUT[0].DOEPCTL |= OTG_EPCTL_STALL;
}

/* Before the status stage: the core answers to the old address until that is through. */
void usb_set_address(uint8_t address)
{
  OTG_FS->DCFG = (OTG_FS->DCFG & ~OTG_DCFG_DAD_Msk) | (uint32_t)address << OTG_DCFG_DAD_Pos;
}

/* --- events -------------------------------------------------------------------------------------------------------------- */

static void read_packet(uint8_t *to, uint32_t room, uint32_t count)
{
  for (uint32_t i = 0; i < count; i += 4u) {
    const uint32_t word = OTG_FS->FIFO0;
    for (uint32_t byte = 0; byte < 4u && i + byte < count && i + byte < room; byte++) {
      to[i + byte] = (uint8_t)(word >> 8u * byte);
    }
  }
}

static void bus_was_reset(uint32_t events)
{
  struct otg_in_endpoint *const in = &OTG_FS->IN[0];
  OTG_FS->OUT[0].DOEPCTL |= OTG_EPCTL_SNAK;
  drop_unsent();
  flush_tx();
  /* What is in there is older than the reset, unless that is over and the host may have gone on. */
  if (!(events & OTG_GINT_ENUMDNE)) {
    reset_by(OTG_GRSTCTL_RXFFLSH, 0);
  }
  in->DIEPINT = OTG_EPINT_ALL;
  OTG_FS->OUT[0].DOEPINT = OTG_EPINT_ALL;
  has_packet = false;
  usb_set_address(0);
  expect_setup();
  usb_was_reset();
}

/* The host is in the data or status stage: the last SETUP before it counts. */
static void setup_complete(void)
{
  OTG_FS->OUT[0].DOEPINT = OTG_EPINT_ALL;
  drop_unsent();
  has_packet = false;
  expect_setup();
  usb_setup_came(&setup);
}

/* Core 3.10a says "complete" also after a SETUP and before a status stage: without a packet it means nothing. */
static void out_complete(void)
{
  OTG_FS->OUT[0].DOEPINT = OTG_EPINT_ALL;
  if (has_packet) {
    has_packet = false;
    usb_received(received, received_count);
  }
}

static void take_from_fifo(void)
{
  const uint32_t status = OTG_FS->GRXSTSP;
  const uint32_t count = status >> OTG_GRXSTS_BCNT_Pos & OTG_GRXSTS_BCNT_Msk;
  switch (status >> OTG_GRXSTS_PKTSTS_Pos & OTG_GRXSTS_PKTSTS_Msk) {
  case OTG_PKTSTS_SETUP_DATA:
    read_packet((uint8_t *)&setup, sizeof setup, count);
    break;
  case OTG_PKTSTS_SETUP_COMPLETE:
    setup_complete();
    break;
  case OTG_PKTSTS_OUT_DATA:
    read_packet(received, sizeof received, count);
    received_count = count < sizeof received ? count : sizeof received;
    has_packet = true;
    break;
  case OTG_PKTSTS_OUT_COMPLETE:
    out_complete();
    break;
  default:
    break;
  }
}

void usb_serve(void)
{
  struct otg_in_endpoint *const in = &OTG_FS->IN[0];
  uint32_t events;
  while ((events = OTG_FS->GINTSTS & OTG_FS->GINTMSK) != 0) {
    if (events & OTG_GINT_USBRST) {
      OTG_FS->GINTSTS = OTG_GINT_USBRST;
      bus_was_reset(events);
    } else if (events & OTG_GINT_ENUMDNE) {
      OTG_FS->GINTSTS = OTG_GINT_ENUMDNE;
      OTG_FS->DCTL |= OTG_DCTL_CGINAK;
    } else if (events & OTG_GINT_IEPINT) {
      /* Before the Rx FIFO: a packet that the host took is older than what it sent afterwards. */
      in->DIEPINT = OTG_DIEPINT_XFRC;
      usb_sent();
    } else {
      take_from_fifo();
    }
  }
}

/* --- on and off ---------------------------------------------------------------------------------------------------------- */

/* VBUS counts as present: a board that has it on PA9 needs that pin for nothing else, and others have no VBUS there. */
static void power_on(void)
{
  if (OTG_FS->CID < OTG_CID_L4) {
    OTG_FS->GCCFG = OTG_GCCFG_PWRDWN | OTG_GCCFG_NOVBUSSENS;
  } else {
    OTG_FS->GCCFG = OTG_GCCFG_PWRDWN;
    OTG_FS->GOTGCTL |= OTG_GOTGCTL_BVALOEN | OTG_GOTGCTL_BVALOVAL;
  }
}

void usb_connect(void)
{
  OTG_FS->GAHBCFG = 0;
  OTG_FS->GUSBCFG |= OTG_GUSBCFG_PHYSEL;
  reset_by(OTG_GRSTCTL_CSRST, 0);
  OTG_FS->DCTL |= OTG_DCTL_SDIS;
  OTG_FS->PCGCCTL = 0;
  power_on();
  OTG_FS->GUSBCFG = OTG_GUSBCFG_PHYSEL | OTG_GUSBCFG_FDMOD | TURNAROUND << OTG_GUSBCFG_TRDT_Pos;
  wait_for(&OTG_FS->GINTSTS, OTG_GINT_CMOD, 0);
  OTG_FS->DCFG = OTG_DCFG_DSPD_FULL;
  OTG_FS->GRXFSIZ = RX_WORDS;
  OTG_FS->DIEPTXF0 = TX_WORDS << 16 | RX_WORDS;
  flush_tx();
  reset_by(OTG_GRSTCTL_RXFFLSH, 0);
  OTG_FS->IN[0].DIEPCTL = OTG_EPCTL_SNAK; /* MPSIZ = 0: 64 bytes */
  OTG_FS->IN[0].DIEPINT = OTG_EPINT_ALL;
  OTG_FS->OUT[0].DOEPINT = OTG_EPINT_ALL;
  expect_setup();
  OTG_FS->DIEPEMPMSK = 0;
  OTG_FS->DOEPMSK = 0;
  OTG_FS->DIEPMSK = OTG_DIEPMSK_XFRCM;
  OTG_FS->DAINTMSK = OTG_DAINT_IN0;
  OTG_FS->GOTGINT = 0xFFFFFFFFu;
  OTG_FS->GINTSTS = 0xFFFFFFFFu;
  OTG_FS->GINTMSK = OTG_GINT_RXFLVL | OTG_GINT_USBRST | OTG_GINT_ENUMDNE | OTG_GINT_IEPINT;
  OTG_FS->GAHBCFG = OTG_GAHBCFG_GINT;
  OTG_FS->DCTL &= ~OTG_DCTL_SDIS;
}

void usb_disconnect(void)
{
  OTG_FS->GAHBCFG = 0;
  OTG_FS->GINTMSK = 0;
  OTG_FS->DCTL |= OTG_DCTL_SDIS;
  OTG_FS->GCCFG = 0;
  reset_by(OTG_GRSTCTL_CSRST, 0);
}
