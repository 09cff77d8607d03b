/* STM32G070RB on the NUCLEO-G070RB. RAM as far as it exists with RAM parity on; the ROM's by AN2606 r70 T107. */
#define PART_FLASH_KB 128
#define PART_RAM_BYTES 0x8000
#define PART_ROM_RAM_BYTES 0x3000
#define PART_RETAINED_BYTES 0x400
#define PART_LEAST_STACK 0x400
#define PART_INTERRUPTS 32
#include "nucleo-64.h"
