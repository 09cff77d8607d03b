/* An application that has something to bring to its end, and says nothing of it. */
#include "hooks.h"

#ifndef TIME_OUT_MS
#define TIME_OUT_MS 255u
#endif

const struct detach program_detach = {.by_itself = true, .acknowledged = true, .time_out_ms = TIME_OUT_MS, .after_ms = 600u};
