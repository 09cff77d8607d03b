/*
 * What the speed of a core is measured with: CRC, sort, matrix and string work in small rounds, interrupted by SysTick.
 * It needs nothing but a Cortex-M core, code where the linker puts it and RAM at 0x2000_0000, so it runs on any simulator of one.
 */
#include "cortex-m.h"

#include <stddef.h>
#include <stdint.h>

#define BYTES 64u
#define NUMBERS 32u
#define SIDE 6u
#define TICK_CYCLES 5000u

/* First in RAM: where the measurement looks. */
struct progress {
  volatile uint32_t rounds;
  volatile uint32_t ticks;
  volatile uint32_t result;
};
__attribute__((section(".progress"), used)) static struct progress progress;

static uint32_t seed;
static uint8_t bytes[BYTES];
static int32_t numbers[NUMBERS];
static int32_t left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];
static char text[BYTES];

static uint32_t random_word(void)
{
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

static uint32_t crc32(const uint8_t *data, size_t length)
{
  uint32_t crc = 0xFFFFFFFFu;
  while (length-- != 0u) {
    crc ^= *data++;
    for (unsigned bit = 0; bit < 8u; bit++) {
      crc = (crc & 1u) != 0u ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
    }
  }
  return ~crc;
}

static void sort(int32_t *first, int32_t *last)
{
  if (first >= last) {
    return;
  }
  const int32_t pivot = first[(last - first) / 2];
  int32_t *low = first;
  int32_t *high = last;
  while (low <= high) {
    while (*low < pivot) {
      low++;
    }
    while (*high > pivot) {
      high--;
    }
    if (low <= high) {
      const int32_t other = *low;
      *low++ = *high;
      *high-- = other;
    }
  }
  sort(first, high);
  sort(low, last);
}

static void multiply(void)
{
  for (unsigned row = 0; row < SIDE; row++) {
    for (unsigned column = 0; column < SIDE; column++) {
      int32_t sum = 0;
      for (unsigned i = 0; i < SIDE; i++) {
        sum += left[row][i] * right[i][column];
      }
      product[row][column] = sum;
    }
  }
}

/* Decimal digits of some numbers, separated by commas; the length of the text. */
static size_t write_text(void)
{
  char *to = text;
  for (unsigned i = 0; i < 4u; i++) {
    char digits[10];
    unsigned count = 0;
    for (uint32_t rest = random_word(); rest != 0u; rest /= 10u) {
      digits[count++] = (char)('0' + rest % 10u);
    }
    while (count != 0u) {
      *to++ = digits[--count];
    }
    *to++ = ',';
  }
  *to = '\0';
  return (size_t)(to - text);
}

static uint32_t one_round(void)
{
  for (unsigned i = 0; i < BYTES; i++) {
    bytes[i] = (uint8_t)random_word();
  }
  uint32_t sum = crc32(bytes, BYTES);
  for (unsigned i = 0; i < NUMBERS; i++) {
    numbers[i] = (int32_t)random_word();
  }
  sort(numbers, numbers + NUMBERS - 1);
  for (unsigned i = 0; i < NUMBERS; i++) {
    sum = (sum << 1 | sum >> 31) ^ (uint32_t)numbers[i];
  }
  for (unsigned i = 0; i < SIDE * SIDE; i++) {
    (&left[0][0])[i] = (int8_t)random_word();
    (&right[0][0])[i] = (int8_t)random_word();
  }
  multiply();
  for (unsigned i = 0; i < SIDE * SIDE; i++) {
    sum += (uint32_t)(&product[0][0])[i];
  }
  return sum ^ crc32((const uint8_t *)text, write_text());
}

__attribute__((noreturn)) static void reset(void)
{
  /* RAM is random at power-on: everything the program reads is written first. */
  seed = 0x12345678u;
  progress.rounds = 0;
  progress.ticks = 0;
  progress.result = 0;
  SCB->VTOR = 0x10000000u;
  SYSTICK->LOAD = TICK_CYCLES - 1u;
  SYSTICK->VAL = 0;
  SYSTICK->CTRL = SYSTICK_CTRL_ENABLE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_CLKSOURCE;
  __asm volatile("cpsie i" ::: "memory");
  for (;;) {
    progress.result = (progress.result << 5 | progress.result >> 27) ^ one_round();
    progress.rounds++;
  }
}

static void tick(void) { progress.ticks++; }

/* Never reached: a breakpoint stands here while the measurement runs. */
static void fault(void)
{
  for (;;) {
  }
}

union vector {
  uint32_t stack;
  void (*handler)(void);
};
__attribute__((section(".isr_vector"), used)) static const union vector vectors[16] = {
  [0] = {.stack = 0x20002000u},
  [1] = {.handler = reset},
  [2 ... 14] = {.handler = fault},
  [15] = {.handler = tick},
};
