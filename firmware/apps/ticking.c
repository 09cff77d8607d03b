/* Jumps with SysTick running. */
#define APP_JUMP_KEEPS_TICK
#include "application.c"
