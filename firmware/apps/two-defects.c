/* Jumps from the handler of its tick, to a stack where there is no memory. */
#define APP_JUMP_FROM_TICK
#define APP_JUMP_STACK 0x30000000u
#include "application.c"
