#include "memory_area.h"

#include "hardware.h"

static const struct memory_area areas[] = {
  {PART_FLASH_BASE, PART_FLASH_END, ACCESS_READ | ACCESS_GO, WRITE_FLASH},
#ifdef PART_HOST_RAM_BASE
  {PART_HOST_RAM_BASE, PART_HOST_RAM_END, ACCESS_READ | ACCESS_GO, WRITE_RAM},
#endif
  {PART_SYSTEM_MEMORY_BASE, PART_SYSTEM_MEMORY_END, ACCESS_READ, WRITE_NONE},
#ifdef PART_SYSTEM_MEMORY2_BASE
  {PART_SYSTEM_MEMORY2_BASE, PART_SYSTEM_MEMORY2_END, ACCESS_READ, WRITE_NONE},
#endif
#ifdef PART_OTP_BASE
  {PART_OTP_BASE, PART_OTP_END, ACCESS_READ, WRITE_FLASH},
#endif
#ifdef PART_ENGINEERING_BASE
  {PART_ENGINEERING_BASE, PART_ENGINEERING_END, ACCESS_READ, WRITE_NONE},
#endif
#ifdef PART_DATA_MEMORY_BASE
  {PART_DATA_MEMORY_BASE, PART_DATA_MEMORY_END, ACCESS_READ, WRITE_DATA_MEMORY},
#endif
#ifdef PART_VOLTAGE_RANGE_BASE
  {PART_VOLTAGE_RANGE_BASE, PART_VOLTAGE_RANGE_BASE + 4u, ACCESS_NONE, WRITE_VOLTAGE_RANGE},
#endif
  {PART_OPTION_BASE, PART_OPTION_END, ACCESS_READ, WRITE_OPTIONS},
};

const struct memory_area *memory_area_of(uint32_t address)
{
  for (uint32_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
    if (address >= areas[i].base && address < areas[i].end) {
      return &areas[i];
    }
  }
  return 0;
}
