#include "hooks.h"

#include "jump.h"

__attribute__((weak)) void program_reset(void) {}

__attribute__((weak)) void program_main(void) {}

__attribute__((weak)) void program_ready(void) {}

__attribute__((weak)) void program_jump(void) { handover_jump(); }
