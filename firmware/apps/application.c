/*
 * An application as users write them: start-up, a 1 ms tick, words on the console, a function that jumps into the ROM. It stands for
 * firmware that knows nothing of this project. A file of this folder defines what it does otherwise, and includes it:
 *
 * APP_BAUD, APP_HZ_OFF_BY       baud rate of the console; a wrong belief about the clock, in percent
 * APP_SILENT                    never prints
 * APP_ALONE_MS                  jumps by itself so long after its start
 * APP_KEEPS_VTOR                leaves VTOR as it finds it
 * APP_KEEPS_CLOCK               takes the clock for that of a reset, whoever started it
 * APP_JUMP_TO_TABLE             branches to the ROM's vector table instead of through it
 * APP_JUMP_MASKED               leaves interrupts disabled at the jump, and takes them for enabled at its start
 * APP_JUMP_KEEPS_TICK           leaves SysTick and its interrupt running at the jump
 * APP_JUMP_RETURNS              the function finds a reason not to jump, and returns
 * APP_JUMP_FROM_TICK            the byte that asks for the jump is looked for in the tick's handler, which then jumps
 * APP_JUMP_WORD                 word of the ROM's table that is taken for its reset vector; 1 if not given
 * APP_JUMP_STACK                initial stack pointer that is given to the ROM instead of its own
 * APP_JUMP_TO_DATA              branches to a variable in RAM that holds no code
 * APP_JUMP_WITHOUT_REMAP        leaves the main flash mapped at 0
 * APP_ERROR_AT_START            ends in Error_Handler before its main loop
 * APP_FAULT_AT_START            reads where there is nothing
 */
#include "clock.h"
#include "memory-init.h"
#include "part.h"
#include "usart/usart.h"

#ifndef APP_BAUD
#define APP_BAUD 115200u
#endif
#ifndef APP_HZ_OFF_BY
#define APP_HZ_OFF_BY 0u
#endif
#ifndef APP_JUMP_WORD
#define APP_JUMP_WORD 1u
#endif
#ifndef APP_JUMP_STACK
#define APP_JUMP_STACK word_at(PART_SYSTEM_MEMORY)
#endif
#define TICK_HZ 1000u
#define WORDS_EVERY_MS 100u

extern uint32_t _estack[];
void Reset_Handler(void);
void SysTick_Handler(void);
void Default_Handler(void);
void Error_Handler(void);
void JumpToBootloader(void);

union vector {
  uint32_t *stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) const union vector vectors[16 + PART_INTERRUPTS] = {
  [0] = {.stack = _estack},
  [1] = {.handler = Reset_Handler},
  [2 ... 14] = {.handler = Default_Handler},
  [15] = {.handler = SysTick_Handler},
  [16 ... 15 + PART_INTERRUPTS] = {.handler = Default_Handler},
};

volatile uint32_t uwTick;

void Default_Handler(void)
{
  for (;;) {
  }
}

void Error_Handler(void)
{
  cpu_irq_disable();
  for (;;) {
  }
}

/* --- console ------------------------------------------------------------------------------------------------------------- */

#ifdef APP_SILENT
static void console_open(uint32_t hclk) { (void)hclk; }
static void print(const char *text) { (void)text; }
static void print_decimal(uint32_t value) { (void)value; }
static bool asked_to_jump(void) { return uwTick == UINT32_MAX; } /* never: the probe calls the function */
static void console_close(void) {}
#else
static void pin(uint32_t number)
{
  gpio_alternate(GPIOA, number, CONSOLE_ALTERNATE);
  gpio_pull(GPIOA, number, GPIO_PUPDR_PULL_UP);
  gpio_mode(GPIOA, number, GPIO_MODER_ALTERNATE);
}

static void console_open(uint32_t hclk)
{
  const uint32_t hz = CONSOLE_HZ(hclk) / 100u * (100u + APP_HZ_OFF_BY);
  enable_clock(&FAMILY_PORT_ENR, PART_PORTS << FAMILY_PORT_ENR_Pos);
  CONSOLE_CLOCK_ON();
  usart_configure((hz + APP_BAUD / 2u) / APP_BAUD);
  pin(CONSOLE_TX_PIN);
  pin(CONSOLE_RX_PIN);
#ifdef CONSOLE_RIVAL_RX_PINS
  for (uint32_t number = 0; number < 16u; number++) {
    if (CONSOLE_RIVAL_RX_PINS & 1u << number) {
      gpio_mode(GPIOA, number, GPIO_MODER_ANALOG);
    }
  }
#endif
  usart_enable();
}

static void print(const char *text)
{
  for (; *text; text++) {
    usart_send((uint8_t)*text);
  }
}

static void print_decimal(uint32_t value)
{
  char digits[11];
  char *at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = (char)('0' + value % 10u);
    value /= 10u;
  } while (value);
  print(at);
}

static bool asked_to_jump(void)
{
  uint8_t byte;
  return usart_receive(&byte) && byte == 'B';
}

static void console_close(void) { usart_drain(); }
#endif

/* --- the jump ------------------------------------------------------------------------------------------------------------ */

static uint32_t word_at(uint32_t address) { return *(const volatile uint32_t *)address; }

/* A stack of its own from here on, so nothing of the caller's is used afterwards. */
__attribute__((naked, noreturn, noinline)) static void leave(uint32_t target, uint32_t msp)
{
  (void)target;
  (void)msp;
  __asm volatile("msr msp, r1\n\tdsb\n\tisb\n\tbx r0\n\t");
}

void JumpToBootloader(void)
{
#ifdef APP_JUMP_RETURNS
  if (word_at(0x08000000u) != 0) {
    return;
  }
#endif
  console_close();
  cpu_irq_disable();
#ifndef APP_JUMP_KEEPS_TICK
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = 0;
  SYSTICK->VAL = 0;
#endif
  family_reset_peripherals();
  for (uint32_t i = 0; i < NVIC_WORDS; i++) {
    NVIC->ICER[i] = 0xFFFFFFFFu;
    NVIC->ICPR[i] = 0xFFFFFFFFu;
  }
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
#ifndef APP_JUMP_WITHOUT_REMAP
  FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | MEM_MODE_VALUE_SYSTEM_FLASH;
#endif
#ifndef APP_JUMP_MASKED
  cpu_irq_enable();
#endif
#if defined(APP_JUMP_TO_TABLE)
  leave(PART_SYSTEM_MEMORY, word_at(PART_SYSTEM_MEMORY));
#elif defined(APP_JUMP_TO_DATA)
  static volatile uint32_t data[] = {0xDEADDEADu}; /* UDF 0xAD, twice */
  leave((uint32_t)data | 1u, word_at(PART_SYSTEM_MEMORY));
#else
  leave(word_at(PART_SYSTEM_MEMORY + 4u * APP_JUMP_WORD), APP_JUMP_STACK);
#endif
}

/* --- the application ----------------------------------------------------------------------------------------------------- */

void SysTick_Handler(void)
{
  uwTick++;
#ifdef APP_JUMP_FROM_TICK
  if (asked_to_jump()) {
    JumpToBootloader();
  }
#endif
}

__attribute__((noreturn)) static void application(void)
{
#ifdef APP_KEEPS_CLOCK
  const uint32_t hclk = FAMILY_RESET_HZ;
#else
  const uint32_t hclk = clock_deinit();
#endif
  SYSTICK->LOAD = hclk / TICK_HZ - 1u;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
#ifdef APP_ERROR_AT_START
  Error_Handler();
#endif
#ifdef APP_FAULT_AT_START
  (void)word_at(0x60000000u);
#endif
  console_open(hclk);
  for (uint32_t next = WORDS_EVERY_MS;;) {
    if ((int32_t)(uwTick - next) >= 0) {
      next += WORDS_EVERY_MS;
      print("alive ");
      print_decimal(uwTick);
      print("\r\n");
    }
#ifdef APP_ALONE_MS
    if (uwTick >= APP_ALONE_MS) {
      JumpToBootloader();
    }
#endif
#ifndef APP_JUMP_FROM_TICK
    if (asked_to_jump()) {
      JumpToBootloader();
    }
#endif
  }
}

void Reset_Handler(void)
{
#if !defined(APP_KEEPS_VTOR) && !defined(CORTEX_M_WITHOUT_VTOR)
  SCB->VTOR = (uint32_t)vectors;
#endif
  memory_init();
  application();
}
