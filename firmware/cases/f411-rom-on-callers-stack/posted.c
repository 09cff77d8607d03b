/*
 * An application whose stack ends inside the 12 KB that the ROM uses, as with a linker script that puts the stack below the data. The
 * guide's jump does not load MSP, so that the ROM runs on that stack.
 */
#include "../f411-ram-flag/reserved-word.h"

#ifndef STACK
#define STACK 0x20000200u
#endif
#define BEFORE_CALL() cpu_msp_set(STACK)

#include "../f411-ram-flag/posted.c"
