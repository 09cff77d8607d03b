/* STM32L011K4 on the NUCLEO-L011K4. The ROM takes all of the RAM (AN2606 r70 T142). */
#define PART_FLASH_KB 16
#define PART_RAM_BYTES 0x800
#define PART_ROM_RAM_BYTES 0x800
#define PART_RETAINED_BYTES 0x100
#define PART_LEAST_STACK 0x200
#define PART_INTERRUPTS 32
#define PART_RETAINED_IN_BACKUP_REGISTERS
/* The ROM listens on USART2 as well and leaves these as its RX: two pins on one input would disturb each other. */
#define CONSOLE_RIVAL_RX_PINS (1u << 3 | 1u << 10)
#include "nucleo-32.h"
