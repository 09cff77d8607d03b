/* The console of the board, 115200 8N1: received by interrupt, sent by polling. */
#ifndef HANDOVER_CONSOLE_H
#define HANDOVER_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#define CONSOLE_LINE_MAX 79u

void console_open(uint32_t hclk);
/* True when bytes wait to be read. */
bool console_pending(void);
/* The next complete line without its end, or 0. `*too_long`: the line was cut. Valid until the next call. */
char *console_line(bool *too_long);

void console_text(const char *text);
void console_decimal(uint32_t value);
/* ` name=0x0123abcd` */
void console_hex_field(const char *name, uint32_t value);
/* ` name=123` */
void console_decimal_field(const char *name, uint32_t value);
void console_end(void);
/* Wait until the last bit has left the wire. */
void console_drain(void);

/* The handler of the console's USART. */
void console_interrupt(void);
/* What the handler does, where interrupts are masked; nothing else. */
void console_poll(void);

#endif
