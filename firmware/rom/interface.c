/*
 * Interface detection (AN3155 r20 section 1 and the part's tables in AN2606 r70): all USARTs of the part listen, the first that has a baud
 * rate wins, the others are switched off; so is USB, unless its host came first. [rom-usb-first-to-talk] The chip's ROM also listens on I2C,
 * SPI or CAN; this one does not.
 */
#include "interface.h"

#include "baud.h"
#include "dfu.h"
#include "link.h"
#include "usart.h"
#include "watchdog.h"

/* [rom-usart-pins] */
static const struct port ports[] = {
#define PORT(usart_, gpio_, tx_, rx_, function_, method_, pull_, shift_)                                                        \
  {.usart = (usart_), .gpio = (gpio_), .tx_pin = (tx_), .rx_pin = (rx_), .alternate_function = (function_),                      \
   .method = (method_), .rx_pull = (pull_), .clock_shift = (shift_)},
  PART_PORTS(PORT)
};
#define PORTS (sizeof ports / sizeof ports[0])

static void pin_to_usart(const struct port *port, uint32_t pin, uint32_t pull)
{
  gpio_alternate(port->gpio, pin, port->alternate_function);
  gpio_pull(port->gpio, pin, pull);
  gpio_mode(port->gpio, pin, GPIO_MODER_ALTERNATE);
}

static void rx_to_usart(const struct port *port) { pin_to_usart(port, port->rx_pin, port->rx_pull); }
static void tx_to_usart(const struct port *port) { pin_to_usart(port, port->tx_pin, GPIO_PUPDR_PULL_UP); }

#if PART_HAS_AUTO_BAUD
#define AUTO_BAUD_DONE (USART_ISR_ABRF | USART_ISR_ABRE)
#define ABRMOD_0X7F_FRAME 2u
/* BRR must not be 0 when auto-baud starts (USART chapter, auto-baud); the value is replaced by the measured one. */
#define BRR_BEFORE_AUTO_BAUD (PART_CLOCK_HZ / 115200u)

static void listen_with_auto_baud(const struct port *port)
{
  const uint32_t mode = ABRMOD_0X7F_FRAME << USART_CR2_ABRMOD_Pos;
  rx_to_usart(port);
  tx_to_usart(port);
  usart_on(port->usart, BRR_BEFORE_AUTO_BAUD, mode);
  port->usart->CR2 = mode | USART_CR2_ABREN;
}

/*
 * Called with ABRF or ABRE set. A measurement that failed is started again; one that succeeded is believed whatever the byte was, so that a
 * glitch which looks like a frame gives a wrong baud rate. [rom-first-frame-decides]
 */
static bool has_baud_rate(struct usart *usart)
{
  if (usart->ISR & USART_ISR_ABRE) {
    usart_clear_errors(usart, USART_LINE_ERRORS);
    usart->RQR = USART_RQR_ABRRQ | USART_RQR_RXFRQ;
    return false;
  }
  while (!(usart->ISR & USART_ISR_RXNE)) {
    watchdog_refresh();
  }
  (void)usart->RDR;
  usart_clear_errors(usart, USART_LINE_ERRORS);
  return true;
}
#endif

static void listen(const struct port *port)
{
#if PART_HAS_AUTO_BAUD
  if (port->method == BAUD_AUTO) {
    listen_with_auto_baud(port);
    return;
  }
#endif
  gpio_pull(port->gpio, port->rx_pin, port->rx_pull);
  gpio_mode(port->gpio, port->rx_pin, GPIO_MODER_INPUT);
}

#if PART_HAS_SOFTWARE_BAUD
/* The measured port becomes a USART only now: on some parts its TX pin is SWCLK until then. */
static bool open_measured(const struct port *port, uint32_t bit)
{
  if (bit == 0) {
    return false;
  }
  rx_to_usart(port);
  usart_on(port->usart, bit >> port->clock_shift, 0);
  tx_to_usart(port);
  return true;
}
#endif

/*
 * Wait for a port on which something has happened. The loop writes nothing but the watchdog's refresh while the lines are idle. `stuck` has
 * a bit, at the place of the pin, for each port that stayed low: it counts again once it was high. 0: the host has configured the DFU device.
 */
static __attribute__((noinline)) const struct port *next_active(uint32_t *stuck)
{
  uint32_t ignored = *stuck;
  for (;;) {
    watchdog_refresh();
#if PART_HAS_USB
    if (dfu_is_chosen()) {
      return 0;
    }
#endif
    for (const struct port *port = ports; port < ports + PORTS; port++) {
#if PART_HAS_AUTO_BAUD
      if (port->method == BAUD_AUTO) {
        if (port->usart->ISR & AUTO_BAUD_DONE) {
          *stuck = ignored;
          return port;
        }
        continue;
      }
#endif
#ifdef PART_BAUD_EXTI_LINE
      if (port->method == BAUD_EXTI) {
        if (baud_exti_has_frame()) {
          *stuck = ignored;
          return port;
        }
        continue;
      }
#endif
#if PART_HAS_SOFTWARE_BAUD
      const uint32_t pin = 1u << port->rx_pin;
      if (port->gpio->IDR & pin) {
        ignored &= ~pin;
      } else if (!(ignored & pin)) {
        *stuck = ignored | pin;
        return port;
      }
#endif
    }
  }
}

static bool opens(const struct port *port)
{
  switch (port->method) {
#if PART_HAS_AUTO_BAUD
  case BAUD_AUTO:
    return has_baud_rate(port->usart);
#endif
#ifdef PART_BAUD_EXTI_LINE
  case BAUD_EXTI:
    return open_measured(port, baud_by_exti(port));
#endif
#if PART_HAS_SOFTWARE_BAUD
  case BAUD_EDGES:
    return open_measured(port, baud_by_edges(port));
#endif
  default:
    return false;
  }
}

static const struct port *wait_for_first(void)
{
  uint32_t stuck = 0;
  for (;;) {
    const struct port *const port = next_active(&stuck);
    if (!port || opens(port)) {
      return port;
    }
  }
}

void interface_detect(void)
{
  for (uint32_t i = 0; i < PORTS; i++) {
    listen(&ports[i]);
  }
#ifdef PART_BAUD_EXTI_LINE
  baud_exti_start();
#endif
#if PART_HAS_USB
  dfu_start();
#endif
  const struct port *const chosen = wait_for_first();
#ifdef PART_BAUD_EXTI_LINE
  baud_exti_stop();
#endif
  for (uint32_t i = 0; i < PORTS; i++) {
    if (!chosen || ports[i].usart != chosen->usart) {
      usart_off(ports[i].usart);
    }
  }
#if PART_HAS_USB
  if (!chosen) {
    dfu_serve();
  }
  dfu_stop();
#endif
  link_open(chosen->usart);
  link_send(ACK);
}
