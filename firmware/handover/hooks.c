#include "hooks.h"

#include "jump.h"

__attribute__((weak)) void program_reset(void) {}

__attribute__((weak)) void program_main(void) {}

__attribute__((weak)) void program_ready(void) {}

__attribute__((weak)) void program_jump(void) { handover_jump(); }

__attribute__((weak)) const struct detach program_detach = {.by_itself = true, .acknowledged = true, .time_out_ms = 255};
