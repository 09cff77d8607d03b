/* Leaves its tick running and the main flash at 0, and gives the ROM a stack where there is no memory. */
#define APP_JUMP_KEEPS_TICK
#define APP_JUMP_WITHOUT_REMAP
#define APP_JUMP_STACK 0x30000000u
#include "application.c"
