/* The same, but MSP is loaded from the first word of the ROM's table, as the other guides do. */
#define STACK (*(const volatile uint32_t *)BOOTLOADER_ADDRESS)

#include "posted.c"
