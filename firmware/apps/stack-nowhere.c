/* Gives the ROM a stack where there is no memory. */
#define APP_JUMP_STACK 0x30000000u
#include "application.c"
