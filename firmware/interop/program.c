/*
 * A program on start-up code and a C library that are not of this project: newlib's crt0, printf, qsort, and with PROGRAM_FULL strtod,
 * malloc, gmtime; PROGRAM_LEAST does without double. A CPU, an FPU or an interrupt entry that errs in any of it prints something else
 * than `expected/`, which the same file prints when it is built for a host (and QEMU 7.2 when it runs the semihosting programs).
 * Results are printed as bits where the small printf knows no floating point.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform.h"

/* --- integers -------------------------------------------------------------------------------------------------------------- */

volatile uint32_t comparisons;
volatile int32_t total;

static int compare(const void *left, const void *right)
{
  comparisons++;
  const int32_t a = *(const int32_t *)left;
  const int32_t b = *(const int32_t *)right;
  return (a > b) - (a < b);
}

__attribute__((noinline)) static void add(int32_t value) { total += value; }

__attribute__((noinline)) static void print_total(void)
{
  printf("total %" PRId32 "\n", total);
}

static void sum(void)
{
  int32_t numbers[] = {42, -7, 1000, 0, 77, -100000, 3, 2, 1, 65536};
  enum { COUNT = sizeof numbers / sizeof numbers[0] };
  qsort(numbers, COUNT, sizeof numbers[0], compare);
  printf("sorted");
  for (int i = 0; i < COUNT; i++) {
    printf(" %" PRId32, numbers[i]);
    add(numbers[i]);
  }
  printf(" compared=%d\n", comparisons >= COUNT - 1);
  print_total();
}

static uint32_t crc32(const void *bytes, size_t count)
{
  const uint8_t *at = bytes;
  uint32_t crc = 0xFFFFFFFFu;
  while (count--) {
    crc ^= *at++;
    for (int bit = 0; bit < 8; bit++) {
      crc = crc & 1u ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
  }
  return ~crc;
}

static void sort(int32_t *words, int count)
{
  uint32_t random = 1;
  for (int i = 0; i < count; i++) {
    random = random * 1664525u + 1013904223u;
    words[i] = (int32_t)random;
  }
  qsort(words, (size_t)count, sizeof *words, compare);
  int ordered = 1;
  for (int i = 1; i < count; i++) {
    ordered &= words[i - 1] <= words[i];
  }
  printf("qsort %d ordered=%d first=%" PRId32 " last=%" PRId32 " crc=%08" PRIx32 "\n", count, ordered, words[0], words[count - 1],
         crc32(words, (size_t)count * sizeof *words));
}

static void print_64(const char *name, uint64_t value)
{
  printf("%s %08" PRIx32 "%08" PRIx32 "\n", name, (uint32_t)(value >> 32), (uint32_t)value);
}

static void divide(void)
{
  volatile uint64_t unsigned_big = UINT64_C(18446744073709551557);
#ifndef PROGRAM_LEAST
  volatile int64_t big = INT64_C(-9000000000000000001);
  print_64("div", (uint64_t)(big / 1000000007));
  print_64("rem", (uint64_t)(big % 1000000007));
#endif
  print_64("mod", unsigned_big % UINT64_C(4294967291));
}

/* --- floating point ---------------------------------------------------------------------------------------------------------- */

/* newlib's sqrtf and the conversion of 64-bit integers bring double with them. */
#ifdef PROGRAM_LEAST
static float root(float value) { return 1.0f + 1.0f / (value + 1.0f); }
#else
static float root(float value) { return sqrtf(value); }
#endif

static uint32_t bits(float value)
{
  uint32_t word;
  memcpy(&word, &value, sizeof word);
  return word;
}

#ifndef PROGRAM_LEAST
static void compute_double(void)
{
  volatile double guess = 2.0, two = 2.0;
  for (int i = 0; i < 6; i++) {
    guess = (guess + two / guess) / two;
  }
  uint64_t word;
  const double value = guess;
  memcpy(&word, &value, sizeof word);
  print_64("sqrt2", word);
  volatile int64_t large = INT64_C(-1234567890123456789);
  printf("convert %08" PRIx32 " %d\n", bits((float)large), guess > two);
}
#endif

static void compute(void)
{
  volatile float third = 1.0f / 3.0f, tiny = 1.0e-38f, huge = 3.0e38f;
  printf("float %08" PRIx32 " %08" PRIx32 " %08" PRIx32 " %08" PRIx32 "\n", bits(third * 3.0f - 0.1f), bits(tiny / 1000.0f),
         bits(huge * 10.0f), bits(root(third)));
  volatile int32_t small = -7654321;
  printf("convert %08" PRIx32 " %" PRId32 " %d\n", bits((float)small), (int32_t)(-7.9f * third), third > tiny);
}

/*
 * Eight numbers that live in registers all the way, stirred a hundred times. Whatever interrupts it and disturbs a register changes
 * the outcome: `ticks_wanted` interrupts fall into repetitions of the same work.
 */
__attribute__((noinline)) static float stir(float seed)
{
  float a = seed, b = seed * 0.5f, c = seed * 0.25f, d = seed * 0.125f, e = 1.0f - seed, f = e * 0.5f, g = e * 0.25f, h = e * 0.125f;
  for (int i = 0; i < 100; i++) {
    a = 3.7f * a * (1.0f - a);
    b = 3.8f * b * (1.0f - b);
    c = 3.9f * c * (1.0f - c);
    d = 3.6f * d * (1.0f - d);
    e = 0.5f * (a + e);
    f = 0.5f * (b + f);
    g = 0.5f * (c + g);
    h = 0.5f * (d + h);
  }
  return (a + b + c + d) / (1.0f + e * f + g * h);
}

enum { TICKS_WANTED = 48 };
static volatile uint32_t ticks;
static volatile float tick_value = 2.0f;

/* In the interrupt: floating point of its own, so that it takes the registers of what it interrupts. */
void program_tick(void)
{
  if (ticks < TICKS_WANTED) {
    tick_value = root(tick_value * tick_value + 1.5f) * 0.9375f + tick_value / 16.0f;
    ticks++;
  }
}

static void interrupted(void)
{
  const float expected = stir(0.3125f);
  uint32_t mismatches = 0;
  platform_ticks_start();
  while (ticks < TICKS_WANTED) {
    mismatches += bits(stir(0.3125f)) != bits(expected);
    platform_poll();
  }
  platform_ticks_stop();
  printf("interrupted stir=%08" PRIx32 " mismatches=%" PRIu32 " tick=%08" PRIx32 "\n", bits(expected), mismatches, bits(tick_value));
}

/* --- what takes a larger library --------------------------------------------------------------------------------------------- */

#ifdef PROGRAM_FULL
static void convert(void)
{
  static const char *const numbers[] = {"3.141592653589793", "-2.5e-3", "6.02214076e23", "1e-310", "0x1.8p4", "inf"};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char *end;
    const double value = strtod(numbers[i], &end);
    printf("strtod %s = %.12g rest=%u\n", numbers[i], value, (unsigned)strlen(end));
  }
  const double pi = strtod("3.14159265358979rest", 0);
  printf("printf %.10f %.6e %.9g %+.3f\n", pi, pi * 1e20, 1.0 / pi, (double)sqrtf(2.0f));
}

static void allocate(void)
{
  enum { COUNT = 500 };
  int32_t *const words = malloc(COUNT * sizeof *words);
  sort(words, COUNT);
  free(words);
  /* pieces of growing size, every second one given back and asked for again; each keeps its own pattern */
  enum { PIECES = 24 };
  uint8_t *pieces[PIECES] = {0};
  int intact = 1;
  for (int i = 0; i < PIECES; i++) {
    pieces[i] = malloc((size_t)(17 * (i + 1)));
    memset(pieces[i], i, (size_t)(17 * (i + 1)));
  }
  for (int i = 0; i < PIECES; i += 2) {
    free(pieces[i]);
    pieces[i] = calloc(1, (size_t)(17 * (i + 1)));
  }
  for (int i = 0; i < PIECES; i++) {
    for (int k = 0; k < 17 * (i + 1); k++) {
      intact &= pieces[i][k] == (i & 1 ? i : 0);
    }
    free(pieces[i]);
  }
  errno = 0;
  void *const too_much = malloc(PLATFORM_TOO_MUCH);
  printf("malloc intact=%d too_much=%s errno=%s\n", intact, too_much ? "given" : "refused", errno == ENOMEM ? "ENOMEM" : "other");
}

static void calendar(void)
{
  const time_t when = 1000000000;
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime(&when));
  printf("gmtime %s\n", text);
}
#endif

int main(void)
{
  static int32_t words[100];
#ifndef PROGRAM_LEAST
  setvbuf(stdout, 0, _IONBF, 0);
#endif
  printf("program\n");
  sum();
  sort(words, 100);
  divide();
  compute();
#ifndef PROGRAM_LEAST
  compute_double();
#endif
  interrupted();
#ifdef PROGRAM_FULL
  convert();
  allocate();
  calendar();
#endif
  printf("done\n");
  return 0;
}
