/* The base of system memory: the one line that differs. */
#define BOOTLOADER_TABLE 0x1FFF0000u
#include "posted.c"
