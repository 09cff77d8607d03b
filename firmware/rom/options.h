/* The option bytes: FLASH_OPTR and the write-protected areas WRP1A and WRP1B. */
#ifndef ROM_OPTIONS_H
#define ROM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
  uint32_t optr;
  uint32_t wrp1a;
  uint32_t wrp1b;
};

/* WRP register of an area that protects no page: its start lies above its end. */
#define WRP_NONE 0x0000003Fu

#define RDP_LEVEL0 0xAAu
#define RDP_LEVEL2 0xCCu

uint8_t options_rdp(void);

struct options options_read(void);
/* Program the three words; false when the controller refused. They take effect at the next option load. */
bool options_program(const struct options *options);
/*
 * Send ACK and load the option bytes, which resets the chip. [g070-option-launch-missing] V11.2 does not load them over USART:
 * it returns, and they take effect at the next power-on.
 */
void options_acknowledge_and_launch(void);

#endif
