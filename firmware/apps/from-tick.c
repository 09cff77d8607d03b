/* Jumps out of an interrupt's handler. */
#define APP_JUMP_FROM_TICK
#include "application.c"
