/* bitWillDetach is 0: after DFU_DETACH the next reset of the bus leads into the ROM. */
#include "hooks.h"

const struct detach program_detach = {.by_itself = false, .acknowledged = true, .time_out_ms = 1000u};
