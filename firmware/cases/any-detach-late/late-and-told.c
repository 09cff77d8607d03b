/* The cure: wDetachTimeOut is as long as it takes. */
#define TIME_OUT_MS 6000u
#include "late.c"
