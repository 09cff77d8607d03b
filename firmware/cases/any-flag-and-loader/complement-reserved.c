/* The same, in two words above the stack of both. */
#include "../f411-ram-flag/reserved-word.h"

#define FLAG BOOTLOADER_FLAG
#define FLAG_HAS_COMPLEMENT

#include "posted.c"
