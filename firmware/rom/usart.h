/* The USART at 8 data bits, even parity, 1 stop bit, for both layouts of its registers. */
#ifndef ROM_USART_H
#define ROM_USART_H

#include <stdint.h>

#include "hardware.h"

#define USART_INLINE static inline __attribute__((always_inline))

#ifdef COMMON_USART_V1_H

#define USART_LINE_ERRORS (USART_SR_PE | USART_SR_FE | USART_SR_NF | USART_SR_ORE)
#define USART_RECEIVED USART_SR_RXNE
#define USART_MAY_SEND USART_SR_TXE
#define USART_ALL_SENT USART_SR_TC

USART_INLINE uint32_t usart_status(const struct usart *usart) { return usart->SR; }
/* The read of DR after that of SR clears the error flags. */
USART_INLINE void usart_clear_errors(struct usart *usart, uint32_t errors) { (void)usart, (void)errors; }
USART_INLINE uint8_t usart_take(const struct usart *usart) { return (uint8_t)usart->DR; }
USART_INLINE void usart_put(struct usart *usart, uint8_t byte) { usart->DR = byte; }
USART_INLINE void usart_off(struct usart *usart) { usart->CR1 = 0; }

#define USART_CR1_NINE_BITS USART_CR1_M

#else

#define USART_LINE_ERRORS (USART_ISR_PE | USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE)
#define USART_RECEIVED USART_ISR_RXNE
#define USART_MAY_SEND USART_ISR_TXE
#define USART_ALL_SENT USART_ISR_TC

USART_INLINE uint32_t usart_status(const struct usart *usart) { return usart->ISR; }
/* The clear bits of ICR stand at the places of the flags. */
USART_INLINE void usart_clear_errors(struct usart *usart, uint32_t errors) { usart->ICR = errors; }
USART_INLINE uint8_t usart_take(const struct usart *usart) { return (uint8_t)usart->RDR; }
USART_INLINE void usart_put(struct usart *usart, uint8_t byte) { usart->TDR = byte; }
USART_INLINE void usart_off(struct usart *usart) { usart->CR1 = 0; }

#define USART_CR1_NINE_BITS USART_CR1_M0

#endif

/* Switch the USART on: nine bits are eight data bits and even parity. */
USART_INLINE void usart_on(struct usart *usart, uint32_t brr, uint32_t cr2)
{
  usart->CR1 = 0; /* most fields take a write only while UE is 0 */
  usart->CR2 = 0; /* ABRMOD: only while ABREN is 0 */
  usart->CR2 = cr2;
  usart->CR3 = 0;
#if PART_USART_HAS_PRESCALER
  usart->PRESC = 0;
#endif
  usart->BRR = brr;
  usart->CR1 = USART_CR1_NINE_BITS | USART_CR1_PCE | USART_CR1_TE | USART_CR1_RE;
  usart->CR1 |= USART_CR1_UE;
}

#endif
