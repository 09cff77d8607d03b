/* USART version 1 (STM32F4). Source: RM0383, USART registers. */
#ifndef COMMON_USART_V1_H
#define COMMON_USART_V1_H

#include "cortex-m.h"

struct usart {
  volatile uint32_t SR;
  volatile uint32_t DR;
  volatile uint32_t BRR;
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t CR3;
  volatile uint32_t GTPR;
};
REGISTER_AT(usart, CR1, 0x0C);
REGISTER_AT(usart, GTPR, 0x18);

/* PE, FE, NF, ORE and IDLE are cleared by reading SR, then DR; TC likewise, or by writing 0. */
#define USART_SR_PE (1u << 0)
#define USART_SR_FE (1u << 1)
#define USART_SR_NF (1u << 2)
#define USART_SR_ORE (1u << 3)
#define USART_SR_IDLE (1u << 4)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TC (1u << 6)
#define USART_SR_TXE (1u << 7)
#define USART_CR1_SBK (1u << 0)
#define USART_CR1_RWU (1u << 1)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TCIE (1u << 6)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_PEIE (1u << 8)
#define USART_CR1_PS (1u << 9)
#define USART_CR1_PCE (1u << 10)
#define USART_CR1_M (1u << 12)
#define USART_CR1_UE (1u << 13)
#define USART_CR1_OVER8 (1u << 15)

#endif
