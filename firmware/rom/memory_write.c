#include "memory_write.h"

#include "flash.h"
#include "hardware.h"

/* [rom-option-write] the option bytes are written whole, from their base */
bool memory_may_start_write(uint32_t address, const struct memory_area *area)
{
  if (!area) {
    return false;
  }
  switch (area->write) {
  case WRITE_NONE:
    return false;
  case WRITE_OPTIONS:
  case WRITE_VOLTAGE_RANGE:
    return address == area->base;
  case WRITE_FLASH:
    /* [rom-wm-unaligned-nack] */
    return (address & (PART_WRITE_ALIGNMENT - 1u)) == 0;
  default:
    return (address & 3u) == 0;
  }
}

bool memory_write(uint32_t address, const uint8_t *bytes, uint32_t count, const struct memory_area *area)
{
  switch (area->write) {
  case WRITE_RAM:
    for (uint32_t i = 0; i < count; i++) {
      ((volatile uint8_t *)address)[i] = bytes[i];
    }
    return true;
#ifdef PART_VOLTAGE_RANGE_BASE
  case WRITE_VOLTAGE_RANGE:
    return count == 4u && flash_set_voltage_range(bytes);
#endif
  default:
    return flash_program(address, bytes, count);
  }
}
