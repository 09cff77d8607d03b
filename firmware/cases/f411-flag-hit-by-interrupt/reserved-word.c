#include "../f411-ram-flag/reserved-word.h"
#include "deep-interrupt.h"

#include "../f411-ram-flag/posted.c"
