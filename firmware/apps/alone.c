/* Jumps by itself, 300 ms after its start. */
#define APP_ALONE_MS 300u
#include "application.c"
