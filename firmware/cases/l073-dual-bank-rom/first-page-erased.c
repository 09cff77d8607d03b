/* No bank begins with a stack pointer at the moment of the jump: page 0 of bank 1 is erased, bank 2 is blank already. */
#include "../l011-empty-check/flash-erase-l0.h"

#define BEFORE_THE_CALL() flash_erase_page_l0(FLASH_MEMORY_BASE)
#include "posted.c"
