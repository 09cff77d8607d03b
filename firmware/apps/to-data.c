/* Branches to a variable. */
#define APP_JUMP_TO_DATA
#include "application.c"
