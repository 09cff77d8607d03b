/* The console's USART, 8N1, as the versions of the block differ; console.c has the rest. */
#ifndef HANDOVER_USART_H
#define HANDOVER_USART_H

#include <stdbool.h>
#include <stdint.h>

/* Before the pins carry it; `divisor`: of the USART's clock, 16 samples per bit. Whatever the registers held is gone. */
void usart_configure(uint32_t divisor);
/* Afterwards: what came in meanwhile is dropped, each received byte raises the interrupt. */
void usart_enable(void);
/* In the interrupt: the received byte, if there is one; errors are cleared. */
bool usart_receive(uint8_t *byte);
void usart_send(uint8_t byte);
/* Wait until the last bit has left the wire. */
void usart_drain(void);

#endif
