/*
 * USART of all families but F4: version 2 (F0, L0, L4) and version 3 (G0, C0), which adds FIFOs and a prescaler to it.
 * Source: RM0454 and RM0351, USART registers. What only version 3 has says so.
 */
#ifndef COMMON_USART_V2_H
#define COMMON_USART_V2_H

#include "cortex-m.h"

struct usart {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t CR3;
  volatile uint32_t BRR;
  volatile uint32_t GTPR;
  volatile uint32_t RTOR;
  volatile uint32_t RQR;
  volatile uint32_t ISR;
  volatile uint32_t ICR;
  volatile uint32_t RDR;
  volatile uint32_t TDR;
  volatile uint32_t PRESC; /* version 3 */
};
REGISTER_AT(usart, ISR, 0x1C);
REGISTER_AT(usart, PRESC, 0x2C);

#define USART_CR1_UE (1u << 0)
#define USART_CR1_UESM (1u << 1)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TCIE (1u << 6)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_PEIE (1u << 8)
#define USART_CR1_PS (1u << 9)
#define USART_CR1_PCE (1u << 10)
#define USART_CR1_M0 (1u << 12)
#define USART_CR1_OVER8 (1u << 15)
#define USART_CR1_M1 (1u << 28)    /* not on every version 2 */
#define USART_CR1_FIFOEN (1u << 29) /* version 3 */
#define USART_CR2_ABREN (1u << 20)
#define USART_CR2_ABRMOD_Pos 21u
#define USART_CR2_ABRMOD_Msk (3u << USART_CR2_ABRMOD_Pos)
#define USART_CR3_OVRDIS (1u << 12)
#define USART_RQR_ABRRQ (1u << 0)
#define USART_RQR_SBKRQ (1u << 1)
#define USART_RQR_RXFRQ (1u << 3)
#define USART_ISR_PE (1u << 0)
#define USART_ISR_FE (1u << 1)
#define USART_ISR_NE (1u << 2)
#define USART_ISR_ORE (1u << 3)
#define USART_ISR_IDLE (1u << 4)
#define USART_ISR_RXNE (1u << 5)
#define USART_ISR_TC (1u << 6)
#define USART_ISR_TXE (1u << 7)
#define USART_ISR_ABRE (1u << 14)
#define USART_ISR_ABRF (1u << 15)
#define USART_ISR_BUSY (1u << 16)
#define USART_ISR_TEACK (1u << 21)
#define USART_ISR_REACK (1u << 22)
#define USART_ICR_PECF (1u << 0)
#define USART_ICR_FECF (1u << 1)
#define USART_ICR_NECF (1u << 2)
#define USART_ICR_ORECF (1u << 3)
#define USART_ICR_IDLECF (1u << 4)
#define USART_ICR_TCCF (1u << 6)

#endif
