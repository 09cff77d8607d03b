/* What the compiler may call by itself, also in freestanding code. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
  uint8_t *t = to;
  const uint8_t *f = from;
  while (count--) {
    *t++ = *f++;
  }
  return to;
}

void *memset(void *to, int value, size_t count)
{
  uint8_t *t = to;
  while (count--) {
    *t++ = (uint8_t)value;
  }
  return to;
}
