/* It goes well within what it says. */
#include "hooks.h"

const struct detach program_detach = {.by_itself = true, .acknowledged = true, .time_out_ms = 6000u};
