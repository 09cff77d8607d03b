/* USART3 has no auto-baud hardware: its baud rate is measured at the pin PC11. */
#ifndef ROM_USART3_BAUD_H
#define ROM_USART3_BAUD_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

#define USART3_RX_PIN (1u << 11)

static inline bool usart3_rx_is_high(void) { return GPIOC->IDR & USART3_RX_PIN; }

/*
 * Called when the start bit of 0x7F has just ended: times the seven high bits up to the falling edge of the last data bit with SysTick
 * and waits for the end of the frame. Returns the value for BRR, or 0 when no frame came of it.
 */
uint32_t usart3_measure_from_rising_edge(void);

#endif
