/*
 * A program on start-up code and a C library that are not of this project: newlib's crt0, its semihosting calls (rdimon), printf,
 * qsort, strtod, malloc. It prints through the debugger and ends by SYS_EXIT; a CPU that errs in any of it prints something else.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int ascending(const void *a, const void *b)
{
  const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return x < y ? -1 : x > y;
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

static void sort_words(void)
{
  enum { COUNT = 500 };
  int32_t *const words = malloc(COUNT * sizeof *words);
  uint32_t random = 1;
  for (int i = 0; i < COUNT; i++) {
    random = random * 1664525u + 1013904223u;
    words[i] = (int32_t)random;
  }
  qsort(words, COUNT, sizeof *words, ascending);
  int ordered = 1;
  for (int i = 1; i < COUNT; i++) {
    ordered &= words[i - 1] <= words[i];
  }
  printf("qsort ordered=%d first=%ld last=%ld crc=%08lx\n", ordered, (long)words[0], (long)words[COUNT - 1],
         (unsigned long)crc32(words, COUNT * sizeof *words));
  free(words);
}

static void convert(void)
{
  static const char *const numbers[] = {"3.141592653589793", "-2.5e-3", "6.02214076e23", "1e-310", "0x1.8p4", "inf"};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char *end;
    const double value = strtod(numbers[i], &end);
    printf("strtod %s = %.12g rest=%u\n", numbers[i], value, (unsigned)strlen(end));
  }
}

static void allocate(void)
{
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
  void *const too_much = malloc(1u << 20);
  printf("malloc intact=%d too_much=%s errno=%s\n", intact, too_much ? "given" : "refused", errno == ENOMEM ? "ENOMEM" : "other");
}

static void arithmetic(void)
{
  volatile int64_t big = INT64_C(-9000000000000000001);
  volatile uint64_t unsigned_big = UINT64_C(18446744073709551557);
  volatile double root = 2.0, two = 2.0;
  for (int i = 0; i < 6; i++) {
    root = (root + two / root) / two;
  }
  printf("div %lld %lld mod %llu sqrt2=%.15f\n", (long long)(big / 1000000007), (long long)(big % 1000000007),
         (unsigned long long)(unsigned_big % UINT64_C(4294967291)), root);
}

static void calendar(void)
{
  const time_t when = 1000000000;
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime(&when));
  printf("gmtime %s\n", text);
}

int main(void)
{
  printf("newlib on STM32G070RB\n");
  sort_words();
  convert();
  allocate();
  arithmetic();
  calendar();
  printf("done\n");
  exit(0);
}
