/* What C expects of RAM before the first function with static data runs. Needs a stack; the linker script gives the symbols. */
#ifndef COMMON_MEMORY_INIT_H
#define COMMON_MEMORY_INIT_H

#include <stdint.h>

extern const uint32_t _data_load[];
extern uint32_t _data_start[], _data_end[], _bss_start[], _bss_end[];

static inline void memory_init(void)
{
  const uint32_t *from = _data_load;
  for (uint32_t *to = _data_start; to < _data_end; to++) {
    *to = *from++;
  }
  for (uint32_t *to = _bss_start; to < _bss_end; to++) {
    *to = 0;
  }
}

#endif
