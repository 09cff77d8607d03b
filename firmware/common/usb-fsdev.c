/*
 * usb-device.h on the USB full-speed device peripheral. USB_FSDEV_VERSION: 1 or 2, see usb-fsdev.h. Endpoint 0 is endpoint register 0.
 * Source: RM0091 30.5 (USB functional description) and 30.6, RM0444 (USB).
 */
#include "usb-fsdev.h"
#include "usb-device.h"

#if USB_FSDEV_VERSION != 1 && USB_FSDEV_VERSION != 2
#error "USB_FSDEV_VERSION must be 1 or 2"
#endif

#define SETUP_SIZE 8u
/* In the packet memory: the table of eight descriptors, then the buffers. */
#define TX_BUFFER 0x40u
#define RX_BUFFER 0x80u

#define STAT_RX(stat) (USB_EPR_STAT_##stat << USB_EPR_STAT_RX_Pos)
#define STAT_TX(stat) (USB_EPR_STAT_##stat << USB_EPR_STAT_TX_Pos)

static uint8_t address_to_come;
static bool has_address_to_come;
static uint8_t received[USB_EP0_SIZE];

/* Three or more clocks each: 32 of them are 1 us at up to 96 MHz. */
static void wait_loops(uint32_t loops)
{
  __asm volatile("1: subs %0, #1\n\tbne 1b\n\t" : "+l"(loops) : : "cc");
}
/* t_STARTUP of the transceiver: 1 us at most (data sheets, USB startup time). */
#define STARTUP_LOOPS 32u
/* On the DRD the flag can be there some 800 ns before the last word of the packet (errata of the G0B1, as drivers handle it). */
#define PACKET_LOOPS 26u

/* --- packet memory ------------------------------------------------------------------------------------------------------- */

#if USB_FSDEV_VERSION == 1
/* Half-words of a descriptor: ADDR_TX, COUNT_TX, ADDR_RX, COUNT_RX. */
static void describe_buffers(void)
{
  USB->BTABLE = 0;
  USB_PMA_V1[0] = TX_BUFFER;
  USB_PMA_V1[1] = 0;
  USB_PMA_V1[2] = RX_BUFFER;
  USB_PMA_V1[3] = USB_COUNT_RX_64_BYTES;
}

static void store(const uint8_t *bytes, uint32_t count)
{
  volatile uint16_t *to = &USB_PMA_V1[TX_BUFFER / 2u];
  for (uint32_t i = 0; i < count; i += 2u) {
    const uint32_t high = i + 1u < count ? bytes[i + 1u] : 0u;
    *to++ = (uint16_t)(bytes[i] | high << 8);
  }
  USB_PMA_V1[1] = (uint16_t)count;
}

static uint32_t received_count(void) { return USB_PMA_V1[3] & USB_COUNT_Msk; }
static uint32_t received_byte(uint32_t i) { return (uint32_t)USB_PMA_V1[(RX_BUFFER + i) / 2u] >> 8u * (i & 1u) & 0xFFu; }
static void wait_for_packet(void) {}
#else
/* Words of a descriptor: address and, in the upper half, count, of transmission and of reception. */
static void describe_buffers(void)
{
  USB_PMA_V2[0] = TX_BUFFER;
  USB_PMA_V2[1] = RX_BUFFER | USB_COUNT_RX_64_BYTES << 16;
}

static void store(const uint8_t *bytes, uint32_t count)
{
  volatile uint32_t *to = &USB_PMA_V2[TX_BUFFER / 4u];
  for (uint32_t i = 0; i < count; i += 4u) {
    uint32_t word = 0;
    for (uint32_t lane = 0; lane < 4u && i + lane < count; lane++) {
      word |= (uint32_t)bytes[i + lane] << 8u * lane;
    }
    *to++ = word;
  }
  USB_PMA_V2[0] = TX_BUFFER | count << 16;
}

static uint32_t received_count(void) { return USB_PMA_V2[1] >> 16 & USB_COUNT_Msk; }
static uint32_t received_byte(uint32_t i) { return USB_PMA_V2[(RX_BUFFER + i) / 4u] >> 8u * (i & 3u) & 0xFFu; }
static void wait_for_packet(void) { wait_loops(PACKET_LOOPS); }
#endif

/* --- endpoint register 0 ------------------------------------------------------------------------------------------------- */

/* Flip what `flip` says, clear the flags of `done`, leave the rest. */
static void write_endpoint(uint32_t flip, uint32_t done)
{
  USB->EPR[0] = USB_EPR_EP_TYPE_CONTROL | ((USB_EPR_CTR_RX | USB_EPR_CTR_TX) & ~done) | flip;
}

static void set_stat(uint32_t mask, uint32_t wanted) { write_endpoint((USB->EPR[0] ^ wanted) & mask, 0); }

/* A SETUP that nobody has looked at voids whatever was asked before it, and hardware answers NAK until it has been served. */
static bool setup_waits(void)
{
  const uint32_t both = USB_EPR_CTR_RX | USB_EPR_SETUP;
  return (USB->EPR[0] & both) == both;
}

/*
 * STAT as asked for, unless the host has begun anew. A SETUP that comes between the look and the store finds its NAK turned into the old
 * answer; it is taken back long before the host's next token, which stands at least 3 us behind its SETUP.
 */
static void answer_with(uint32_t mask, uint32_t wanted)
{
  if (setup_waits()) {
    return;
  }
  set_stat(mask, wanted);
  if (setup_waits()) {
    set_stat(mask, (STAT_RX(NAK) | STAT_TX(NAK)) & mask);
  }
}

/* From disabled, as a reset leaves them. SETUP is taken whatever STAT_RX says, unless that is "disabled". */
static void open_endpoint(void)
{
  const uint32_t stat = STAT_RX(NAK) | STAT_TX(NAK);
  const uint32_t mask = USB_EPR_STAT_RX_Msk | USB_EPR_STAT_TX_Msk | USB_EPR_DTOG_RX | USB_EPR_DTOG_TX;
  describe_buffers();
  write_endpoint((USB->EPR[0] ^ stat) & mask, USB_EPR_CTR_RX | USB_EPR_CTR_TX);
  USB->DADDR = USB_DADDR_EF;
}

static void serve_reset(void)
{
  USB->ISTR = ~USB_ISTR_RESET;
  has_address_to_come = false;
  open_endpoint();
  usb_was_reset();
}

static void serve_sent(void)
{
  write_endpoint(0, USB_EPR_CTR_TX);
  /* The status stage of SET_ADDRESS went out under the old address. */
  if (has_address_to_come) {
    has_address_to_come = false;
    USB->DADDR = USB_DADDR_EF | address_to_come;
  }
  usb_sent();
}

static void serve_received(bool is_setup)
{
  wait_for_packet();
  uint32_t count = received_count();
  if (count > USB_EP0_SIZE) {
    count = USB_EP0_SIZE;
  }
  for (uint32_t i = 0; i < count; i++) {
    received[i] = (uint8_t)received_byte(i);
  }
  /* Only now may the next packet come in. */
  write_endpoint(0, USB_EPR_CTR_RX);
  if (!is_setup) {
    usb_received(received, count);
  } else if (count == SETUP_SIZE) {
    has_address_to_come = false;
    const struct usb_setup setup = {
      .bmRequestType = received[0],
      .bRequest = received[1],
      .wValue = (uint16_t)(received[2] | received[3] << 8),
      .wIndex = (uint16_t)(received[4] | received[5] << 8),
      .wLength = (uint16_t)(received[6] | received[7] << 8),
    };
    usb_setup_came(&setup);
  }
}

/* --- usb-device.h -------------------------------------------------------------------------------------------------------- */

void usb_connect(void)
{
  USB->CNTR = USB_CNTR_FRES;
  wait_loops(STARTUP_LOOPS);
  USB->CNTR = 0;
  USB->ISTR = 0; /* FRES has set RESET */
  has_address_to_come = false;
  USB->CNTR = USB_CNTR_CTRM | USB_CNTR_RESETM;
  USB->BCDR = USB_BCDR_DPPU;
}

void usb_disconnect(void)
{
  USB->BCDR = 0;
  USB->CNTR = USB_CNTR_FRES;
  USB->ISTR = 0;
  USB->CNTR = USB_CNTR_FRES | USB_CNTR_PDWN;
}

void usb_serve(void)
{
  for (;;) {
    const uint32_t istr = USB->ISTR;
    if (istr & USB_ISTR_RESET) {
      serve_reset();
      continue;
    }
    if (!(istr & USB_ISTR_CTR)) {
      return;
    }
    /* What was sent was sent before what came in: a packet is armed after the one before it has been served. */
    const uint32_t endpoint = USB->EPR[0];
    if (endpoint & USB_EPR_CTR_TX) {
      serve_sent();
    } else {
      serve_received((endpoint & USB_EPR_SETUP) != 0);
    }
  }
}

void usb_send(const uint8_t *bytes, uint32_t count)
{
  store(bytes, count > USB_EP0_SIZE ? USB_EP0_SIZE : count);
  answer_with(USB_EPR_STAT_TX_Msk, STAT_TX(VALID));
}

void usb_receive(void) { answer_with(USB_EPR_STAT_RX_Msk, STAT_RX(VALID)); }

void usb_stall(void) { answer_with(USB_EPR_STAT_RX_Msk | USB_EPR_STAT_TX_Msk, STAT_RX(STALL) | STAT_TX(STALL)); }

void usb_set_address(uint8_t address)
{
  address_to_come = address;
  has_address_to_come = true;
}
