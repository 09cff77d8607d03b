/* Takes the address of the vector table for the entry. */
#define APP_JUMP_TO_TABLE
#include "application.c"
