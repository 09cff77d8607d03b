#include "console.h"

#include "part.h"
#include "usart/usart.h"

#define BAUD 115200u
#define RING_SIZE 256u /* a power of two */

static volatile uint8_t ring[RING_SIZE];
static volatile uint32_t received, taken;

static void pin_to_usart(uint32_t pin)
{
  gpio_alternate(GPIOA, pin, CONSOLE_ALTERNATE);
  gpio_pull(GPIOA, pin, GPIO_PUPDR_PULL_UP);
  gpio_mode(GPIOA, pin, GPIO_MODER_ALTERNATE);
}

#ifdef CONSOLE_RIVAL_RX_PINS
static void rivals_off(void)
{
  for (uint32_t pin = 0; pin < 16u; pin++) {
    if (CONSOLE_RIVAL_RX_PINS & 1u << pin) {
      gpio_mode(GPIOA, pin, GPIO_MODER_ANALOG);
    }
  }
}
#else
static void rivals_off(void) {}
#endif

void console_open(uint32_t hclk)
{
  enable_clock(&FAMILY_PORT_ENR, PART_PORTS << FAMILY_PORT_ENR_Pos);
  CONSOLE_CLOCK_ON();
  usart_configure((CONSOLE_HZ(hclk) + BAUD / 2u) / BAUD);
  rivals_off();
  pin_to_usart(CONSOLE_TX_PIN);
  pin_to_usart(CONSOLE_RX_PIN);
  usart_enable();
  nvic_enable(CONSOLE_IRQ);
}

void console_interrupt(void)
{
  uint8_t byte;
  if (usart_receive(&byte) && received - taken < RING_SIZE) {
    ring[received % RING_SIZE] = byte;
    received++;
  }
}

void console_poll(void)
{
  if (!cpu_interrupts_masked()) {
    return;
  }
  const uint32_t masked = cpu_primask();
  cpu_irq_disable(); /* BASEPRI may let the handler through */
  NVIC->ICPR[CONSOLE_IRQ >> 5] = 1u << (CONSOLE_IRQ & 31u); /* before the look: a byte that comes after it wakes again */
  console_interrupt();
  if (!masked) {
    cpu_irq_enable();
  }
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
  console_poll();
  usart_send((uint8_t)byte);
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

void console_drain(void) { usart_drain(); }
