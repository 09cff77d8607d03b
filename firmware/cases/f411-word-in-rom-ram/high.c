/* The same word above the RAM of the ROM. */
#include <stdint.h>

static volatile uint32_t hse_value __attribute__((section(".retained")));
#define HSE_VALUE hse_value

#include "low.c"
