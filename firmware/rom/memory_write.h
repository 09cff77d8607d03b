/* Writing to an area, for the commands of every interface. */
#ifndef ROM_MEMORY_WRITE_H
#define ROM_MEMORY_WRITE_H

#include "memory_area.h"

/* True when a write may begin there; `area` is the one that holds the address, or 0. */
bool memory_may_start_write(uint32_t address, const struct memory_area *area);

/*
 * Write `count` bytes, which lie at a word boundary, to an area other than the option bytes. False when it failed for another reason than
 * write protection.
 */
bool memory_write(uint32_t address, const uint8_t *bytes, uint32_t count, const struct memory_area *area);

#endif
