/* The attempt before the guide's: a variable like any other. It is in .bss, which the start-up code zeroes before main(). */
#include <stdint.h>

static volatile uint32_t bootloader_flag;
#define BOOTLOADER_FLAG (&bootloader_flag)

#include "posted.c"
