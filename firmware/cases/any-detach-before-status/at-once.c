/* The handler of DFU_DETACH leaves the bus itself: the status stage of the request never comes. */
#include "hooks.h"

#ifndef ACKNOWLEDGED
#define ACKNOWLEDGED false
#endif

const struct detach program_detach = {.by_itself = true, .acknowledged = ACKNOWLEDGED, .time_out_ms = 6000u};
