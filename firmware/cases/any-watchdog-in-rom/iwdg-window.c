/* The same watchdog, which may be refreshed in the second half of its time only. */
#define WINDOW 39u
#include "iwdg.c"
