#include "part.h"
#include "usart.h"

/* Most of these registers take a write only while UE is 0. */
void usart_configure(uint32_t divisor)
{
  CONSOLE_USART->CR1 = 0;
  CONSOLE_USART->CR2 = 0;
  CONSOLE_USART->CR3 = 0;
#if FAMILY_USART_VERSION >= 3
  CONSOLE_USART->PRESC = 0;
#endif
  CONSOLE_USART->BRR = divisor;
}

void usart_enable(void)
{
  CONSOLE_USART->CR1 = USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE | USART_CR1_UE;
  while (!(CONSOLE_USART->ISR & USART_ISR_TEACK)) {
  }
  CONSOLE_USART->RQR = USART_RQR_RXFRQ;
  CONSOLE_USART->ICR = USART_ICR_PECF | USART_ICR_FECF | USART_ICR_NECF | USART_ICR_ORECF;
}

bool usart_receive(uint8_t *byte)
{
  const uint32_t status = CONSOLE_USART->ISR;
  if (status & USART_ISR_RXNE) {
    *byte = (uint8_t)CONSOLE_USART->RDR;
  }
  /* an overrun raises the same interrupt until it is cleared */
  CONSOLE_USART->ICR = status & (USART_ISR_PE | USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE);
  return status & USART_ISR_RXNE;
}

void usart_send(uint8_t byte)
{
  while (!(CONSOLE_USART->ISR & USART_ISR_TXE)) {
  }
  CONSOLE_USART->TDR = byte;
}

void usart_drain(void)
{
  while (!(CONSOLE_USART->ISR & USART_ISR_TC)) {
  }
}
