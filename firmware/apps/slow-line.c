/* Prints at 9600 baud. */
#define APP_BAUD 9600u
#include "application.c"
