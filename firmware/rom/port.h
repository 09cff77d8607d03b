/* A USART with the pins on which the ROM listens, and how it finds the baud rate there. */
#ifndef ROM_PORT_H
#define ROM_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

enum baud_method {
  BAUD_AUTO,  /* the USART measures (auto-baud mode 2: a frame of 0x7F) */
  BAUD_EDGES, /* the ROM times the edges of the pin, which it polls */
  BAUD_EXTI,  /* the ROM times the edges of the pin, by interrupts */
};

struct port {
  struct usart *usart;
  struct gpio *gpio;
  uint8_t tx_pin;
  uint8_t rx_pin;
  uint8_t alternate_function;
  uint8_t method;
  uint8_t rx_pull;
  uint8_t clock_shift; /* the USART's clock is SYSCLK >> this */
};

static inline __attribute__((always_inline)) bool port_rx_is_high(const struct port *port)
{
  return port->gpio->IDR & 1u << port->rx_pin;
}

#endif
