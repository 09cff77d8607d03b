/*
 * The way that the note leaves open: the first word of flash is empty at the moment of the jump. The vector table goes with it, so that
 * this comes last, with interrupts masked, from RAM.
 */
#include "flash-erase-l0.h"

#define BEFORE_THE_CALL() flash_erase_page_l0(FLASH_MEMORY_BASE)
#include "posted.c"
