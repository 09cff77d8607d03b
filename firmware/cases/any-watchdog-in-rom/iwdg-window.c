/* The same watchdog, which may be refreshed in the second half of its time only. */
#define WINDOW 79u
#include "iwdg.c"
