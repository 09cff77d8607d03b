/* The option bytes; one file per kind of FLASH interface implements it. */
#ifndef ROM_OPTIONS_H
#define ROM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware.h"

enum rdp_level { RDP_LEVEL0, RDP_LEVEL1, RDP_LEVEL2 };

enum rdp_level options_rdp(void);

/*
 * Each of these programs and returns false when the controller refused; the new values take effect at `options_launch`.
 * `options_write`: what a Write Memory at the base of the option-byte area brought.
 * `options_protect`: protect exactly the sectors whose bits are set.
 */
bool options_write(const uint8_t *bytes, uint32_t count);
bool options_protect(uint32_t sectors[PART_WRP_WORDS]);
bool options_set_rdp(enum rdp_level level);

/* Make the option bytes effective, which resets the chip. */
void options_launch(void);

/* The little-endian word at `offset`, or `otherwise` where the data ends before it is whole. */
static inline uint32_t option_word_at(const uint8_t *bytes, uint32_t count, uint32_t offset, uint32_t otherwise)
{
  if (offset + 4u > count) {
    return otherwise;
  }
  return (uint32_t)bytes[offset] | (uint32_t)bytes[offset + 1u] << 8 | (uint32_t)bytes[offset + 2u] << 16 |
         (uint32_t)bytes[offset + 3u] << 24;
}

#endif
