#include "part.h"
#include "usart.h"

void usart_configure(uint32_t divisor)
{
  CONSOLE_USART->CR1 = 0;
  CONSOLE_USART->CR2 = 0;
  CONSOLE_USART->CR3 = 0;
  CONSOLE_USART->BRR = divisor;
}

void usart_enable(void)
{
  CONSOLE_USART->CR1 = USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE | USART_CR1_UE;
  (void)CONSOLE_USART->SR;
  (void)CONSOLE_USART->DR;
}

/*
 * Reading SR, then DR clears RXNE and every error flag, overrun too, which raises the same interrupt. With neither set DR is left alone: a
 * byte that came since SR was read would be lost to who polls.
 */
bool usart_receive(uint8_t *byte)
{
  const uint32_t status = CONSOLE_USART->SR;
  if (status & (USART_SR_RXNE | USART_SR_ORE)) {
    *byte = (uint8_t)CONSOLE_USART->DR;
  }
  return status & USART_SR_RXNE;
}

void usart_send(uint8_t byte)
{
  while (!(CONSOLE_USART->SR & USART_SR_TXE)) {
  }
  CONSOLE_USART->DR = byte;
}

void usart_drain(void)
{
  while (!(CONSOLE_USART->SR & USART_SR_TC)) {
  }
}
