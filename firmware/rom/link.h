/* Bytes to and from the host over the one USART that the interface detection chose: 8 data bits, even parity, 1 stop bit. */
#ifndef ROM_LINK_H
#define ROM_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

#define ACK 0x79u
#define NACK 0x1Fu

void link_open(struct usart *usart);
struct usart *link_usart(void);

/* Forget line errors; every command starts with this. */
void link_begin_command(void);
/* True when a byte since link_begin_command came with a parity, framing, noise or overrun error. */
bool link_damaged(void);

/* Wait for a byte, for ever: AN3155 knows no time-out on a USART. */
uint8_t link_receive(void);
/* Receive `count` bytes MSB first and the XOR of them all; false when the checksum or a byte was bad. */
bool link_receive_word(uint32_t count, uint32_t *word);
/* Receive one byte and its complement. */
bool link_receive_complemented(uint8_t *byte);

void link_send(uint8_t byte);
/* Wait until the last bit has left the pin; needed before a jump or a reset. */
void link_drain(void);

#endif
