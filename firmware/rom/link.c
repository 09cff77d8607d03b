#include "link.h"

#include "usart.h"
#include "watchdog.h"

static struct usart *usart;
static bool damaged;

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
    status = usart_status(from);
  } while (!(status & USART_RECEIVED));
  if (status & USART_LINE_ERRORS) {
    /* [rom-line-error-is-nack] */
    usart_clear_errors(from, status & USART_LINE_ERRORS);
    damaged = true;
  }
  return usart_take(from);
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
  while (!(usart_status(usart) & USART_MAY_SEND)) {
    watchdog_refresh();
  }
  usart_put(usart, byte);
}

void link_drain(void)
{
  while (!(usart_status(usart) & USART_ALL_SENT)) {
    watchdog_refresh();
  }
}
