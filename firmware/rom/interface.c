/*
 * Interface detection (AN2606 r70 T107, AN3155 r20 section 1): USART1 PA9/PA10 and USART2 PA2/PA3 measure the 0x7F in hardware
 * (auto-baud mode 2), USART3 PC10/PC11 by the edges of its pin. The first that has a baud rate wins; the others are switched off.
 * The chip's ROM also listens on I2C and SPI; this one does not.
 */
#include "interface.h"

#include <stdbool.h>

#include "link.h"
#include "usart3_baud.h"
#include "watchdog.h"

#define ABRMOD_0X7F_FRAME 2u
/* BRR must not be 0 when auto-baud starts (RM0454, USART auto-baud); the value is replaced by the measured one. */
#define BRR_BEFORE_AUTO_BAUD (PART_CLOCK_HZ / 115200u)

#define AUTO_BAUD_DONE (USART_ISR_ABRF | USART_ISR_ABRE)

#define AF0 0u
#define AF1 1u

static void pin_to_usart(struct gpio *port, uint32_t pin, uint32_t alternate_function)
{
  const uint32_t two = pin * 2u;
  const uint32_t four = (pin & 7u) * 4u;
  volatile uint32_t *const afr = pin < 8u ? &port->AFRL : &port->AFRH;
  *afr = (*afr & ~(0xFu << four)) | alternate_function << four;
  port->PUPDR = (port->PUPDR & ~(3u << two)) | GPIO_PUPDR_PULL_UP << two;
  port->MODER = (port->MODER & ~(3u << two)) | GPIO_MODER_ALTERNATE << two;
}

static void configure(struct usart *usart, uint32_t brr, uint32_t cr2)
{
  usart->CR1 = 0; /* most fields take a write only while UE is 0 */
  usart->CR2 = 0; /* ABRMOD: only while ABREN is 0 */
  usart->CR2 = cr2;
  usart->CR3 = 0;
  usart->PRESC = 0;
  usart->BRR = brr;
  /* nine bits: eight data bits and even parity */
  usart->CR1 = USART_CR1_M0 | USART_CR1_PCE | USART_CR1_TE | USART_CR1_RE;
  usart->CR1 |= USART_CR1_UE;
}

static void listen_with_auto_baud(struct usart *usart)
{
  const uint32_t mode = ABRMOD_0X7F_FRAME << USART_CR2_ABRMOD_Pos;
  configure(usart, BRR_BEFORE_AUTO_BAUD, mode);
  usart->CR2 = mode | USART_CR2_ABREN;
}

/*
 * Called with ABRF or ABRE set. A measurement that failed is started again; one that succeeded is believed whatever the byte was, so that a
 * glitch which looks like a frame gives a wrong baud rate. [g070-first-frame-decides]
 */
static bool has_baud_rate(struct usart *usart)
{
  if (usart->ISR & USART_ISR_ABRE) {
    usart->ICR = USART_ICR_PECF | USART_ICR_FECF | USART_ICR_NECF | USART_ICR_ORECF;
    usart->RQR = USART_RQR_ABRRQ | USART_RQR_RXFRQ;
    return false;
  }
  while (!(usart->ISR & USART_ISR_RXNE)) {
    watchdog_refresh();
  }
  (void)usart->RDR;
  usart->ICR = USART_ICR_PECF | USART_ICR_FECF | USART_ICR_NECF | USART_ICR_ORECF;
  return true;
}

/* The loop writes nothing but the watchdog's refresh while the lines are idle. */
static struct usart *wait_for_first(void)
{
  bool low_seen = false;
  for (;;) {
    watchdog_refresh();
    if ((USART1->ISR & AUTO_BAUD_DONE) && has_baud_rate(USART1)) {
      return USART1;
    }
    if ((USART2->ISR & AUTO_BAUD_DONE) && has_baud_rate(USART2)) {
      return USART2;
    }
    if (!usart3_rx_is_high()) {
      low_seen = true;
#if ROM_LOOPS_WHILE_PC11_LOW
      while (!usart3_rx_is_high()) {
        watchdog_refresh();
      }
#endif
    }
    if (low_seen && usart3_rx_is_high()) {
      low_seen = false;
      const uint32_t brr = usart3_measure_from_rising_edge();
      if (brr != 0) {
        configure(USART3, brr, 0);
        return USART3;
      }
    }
  }
}

void interface_detect(void)
{
  /* [g070-usart-pins] */
  pin_to_usart(GPIOA, 9, AF1);
  pin_to_usart(GPIOA, 10, AF1);
  pin_to_usart(GPIOA, 2, AF1);
  pin_to_usart(GPIOA, 3, AF1);
  pin_to_usart(GPIOC, 10, AF0);
  pin_to_usart(GPIOC, 11, AF0); /* the input data register shows the pin in this mode too */
  listen_with_auto_baud(USART1);
  listen_with_auto_baud(USART2);

  struct usart *const chosen = wait_for_first();
  if (chosen != USART1) {
    USART1->CR1 = 0;
  }
  if (chosen != USART2) {
    USART2->CR1 = 0;
  }
  link_open(chosen);
  link_send(ACK);
}
