#include "link.h"

#include "watchdog.h"

static struct usart *usart;
static bool damaged;

#define LINE_ERRORS (USART_ISR_PE | USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE)

void link_open(struct usart *chosen)
{
  usart = chosen;
  damaged = false;
}

struct usart *link_usart(void) { return usart; }

void link_begin_command(void) { damaged = false; }

bool link_damaged(void) { return damaged; }

uint8_t link_receive(void)
{
  struct usart *const from = usart;
  uint32_t status;
  do {
    watchdog_refresh();
    status = from->ISR;
  } while (!(status & USART_ISR_RXNE));
  if (status & LINE_ERRORS) {
    /* [g070-line-error-is-nack] the clear bits of ICR stand at the places of the flags */
    from->ICR = status & LINE_ERRORS;
    damaged = true;
  }
  return (uint8_t)from->RDR;
}

bool link_receive_word(uint32_t count, uint32_t *word)
{
  uint32_t value = 0;
  uint8_t checksum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t byte = link_receive();
    value = (value << 8) | byte;
    checksum ^= byte;
  }
  *word = value;
  checksum ^= link_receive();
  return checksum == 0 && !damaged;
}

bool link_receive_complemented(uint8_t *byte)
{
  *byte = link_receive();
  const uint8_t complement = link_receive();
  return (uint8_t)(*byte ^ complement) == 0xFFu && !damaged;
}

void link_send(uint8_t byte)
{
  while (!(usart->ISR & USART_ISR_TXE)) {
    watchdog_refresh();
  }
  usart->TDR = byte;
}

void link_drain(void)
{
  while (!(usart->ISR & USART_ISR_TC)) {
    watchdog_refresh();
  }
}
