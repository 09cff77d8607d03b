/* Which addresses a host may read, write and start (AN2606 r70 table of memory rules, T226). */
#ifndef ROM_MEMORY_AREA_H
#define ROM_MEMORY_AREA_H

#include <stdbool.h>
#include <stdint.h>

enum access { ACCESS_NONE = 0, ACCESS_READ = 1, ACCESS_GO = 2 };

enum write_method { WRITE_NONE, WRITE_RAM, WRITE_FLASH, WRITE_OPTIONS, WRITE_DATA_MEMORY, WRITE_VOLTAGE_RANGE };

struct memory_area {
  uint32_t base;
  uint32_t end; /* first address after it */
  uint8_t access;
  uint8_t write;
};

/* The area that holds `address`, or 0. */
const struct memory_area *memory_area_of(uint32_t address);

/* True when `count` bytes from `address` end inside the area. */
static inline bool memory_area_holds(const struct memory_area *area, uint32_t address, uint32_t count)
{
  return count <= area->end - address;
}

#endif
