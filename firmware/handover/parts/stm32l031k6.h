/* STM32L031K6 on the NUCLEO-L031K6. The ROM's RAM: AN2606 r70 T144, 4 KB. */
#define PART_FLASH_KB 32
#define PART_RAM_BYTES 0x2000
#define PART_ROM_RAM_BYTES 0x1000
#define PART_RETAINED_BYTES 0x400
#define PART_LEAST_STACK 0x400
#define PART_INTERRUPTS 32
/* The ROM listens on USART2 as well and leaves these as its RX: two pins on one input would disturb each other. */
#define CONSOLE_RIVAL_RX_PINS (1u << 3 | 1u << 10)
#include "nucleo-32.h"
