/* Takes the clock for that of a reset also when the ROM started it. */
#define APP_KEEPS_CLOCK
#include "application.c"
