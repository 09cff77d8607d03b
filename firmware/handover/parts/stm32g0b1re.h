/* STM32G0B1RE on the NUCLEO-G0B1RE. RAM as far as it exists with RAM parity on; the ROM's by AN2606 r70 T111. */
#define PART_FLASH_KB 512
#define PART_RAM_BYTES 0x20000
#define PART_ROM_RAM_BYTES 0x4000
#define PART_RETAINED_BYTES 0x400
#define PART_LEAST_STACK 0x400
#define PART_INTERRUPTS 32
#define PART_HAS_USB
#define PART_USB_IRQ USB_UCPD1_2_IRQ
#define PART_HAS_USB48
#include "nucleo-64.h"
