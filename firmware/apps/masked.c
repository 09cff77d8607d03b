/* Jumps with interrupts disabled and never enables them after GO. */
#define APP_JUMP_MASKED
#include "application.c"
