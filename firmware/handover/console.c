#include "console.h"

#include "stm32g0.h"

#define BAUD 115200u
#define TX_PIN 2u
#define RX_PIN 3u
#define AF1_USART2 1u
#define RING_SIZE 256u /* a power of two */

static volatile uint8_t ring[RING_SIZE];
static volatile uint32_t received, taken;

static void pin_to_usart2(uint32_t pin)
{
  GPIOA->AFRL = (GPIOA->AFRL & ~(0xFu << pin * 4u)) | AF1_USART2 << pin * 4u;
  GPIOA->PUPDR = (GPIOA->PUPDR & ~(3u << pin * 2u)) | GPIO_PUPDR_PULL_UP << pin * 2u;
  GPIOA->MODER = (GPIOA->MODER & ~(3u << pin * 2u)) | GPIO_MODER_ALTERNATE << pin * 2u;
}

void console_open(uint32_t hclk)
{
  RCC->IOPENR |= RCC_IOPENR_GPIOAEN;
  RCC->APBENR1 |= RCC_APBENR1_USART2EN;
  (void)RCC->APBENR1; /* a peripheral answers two cycles after its clock is on */
  (void)RCC->APBENR1;

  /* Whoever ran before may have left anything in these registers; most take a write only while UE is 0. */
  USART2->CR1 = 0;
  USART2->CR2 = 0;
  USART2->CR3 = 0;
  USART2->PRESC = 0;
  USART2->BRR = (hclk + BAUD / 2u) / BAUD;
  pin_to_usart2(TX_PIN);
  pin_to_usart2(RX_PIN);
  USART2->CR1 = USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE | USART_CR1_UE;
  while (!(USART2->ISR & USART_ISR_TEACK)) {
  }
  USART2->RQR = USART_RQR_RXFRQ;
  USART2->ICR = USART_ICR_PECF | USART_ICR_FECF | USART_ICR_NECF | USART_ICR_ORECF;
  nvic_enable(USART2_IRQ);
}

void USART2_IRQHandler(void)
{
  const uint32_t status = USART2->ISR;
  if (status & USART_ISR_RXNE) {
    const uint8_t byte = (uint8_t)USART2->RDR;
    if (received - taken < RING_SIZE) {
      ring[received % RING_SIZE] = byte;
      received++;
    }
  }
  /* an overrun raises the same interrupt until it is cleared */
  USART2->ICR = status & (USART_ISR_PE | USART_ISR_FE | USART_ISR_NE | USART_ISR_ORE);
}

bool console_pending(void) { return received != taken; }

char *console_line(bool *too_long)
{
  static char line[CONSOLE_LINE_MAX + 1u];
  static uint32_t length;
  static bool cut;
  while (console_pending()) {
    const char byte = (char)ring[taken % RING_SIZE];
    taken++;
    if (byte == '\r' || byte == '\n') {
      line[length] = '\0';
      *too_long = cut;
      const bool empty = length == 0;
      length = 0;
      cut = false;
      if (!empty) {
        return line;
      }
    } else if (length < CONSOLE_LINE_MAX) {
      line[length++] = byte;
    } else {
      cut = true;
    }
  }
  return 0;
}

static void put(char byte)
{
  while (!(USART2->ISR & USART_ISR_TXE)) {
  }
  USART2->TDR = (uint8_t)byte;
}

void console_text(const char *text)
{
  while (*text) {
    put(*text++);
  }
}

void console_decimal(uint32_t value)
{
  char digits[10];
  uint32_t count = 0;
  do {
    digits[count++] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value);
  while (count) {
    put(digits[--count]);
  }
}

static void field(const char *name)
{
  put(' ');
  console_text(name);
  put('=');
}

void console_hex_field(const char *name, uint32_t value)
{
  field(name);
  console_text("0x");
  for (uint32_t shift = 32u; shift;) {
    shift -= 4u;
    put("0123456789abcdef"[value >> shift & 15u]);
  }
}

void console_decimal_field(const char *name, uint32_t value)
{
  field(name);
  console_decimal(value);
}

void console_end(void) { console_text("\r\n"); }

void console_drain(void)
{
  while (!(USART2->ISR & USART_ISR_TC)) {
  }
}
