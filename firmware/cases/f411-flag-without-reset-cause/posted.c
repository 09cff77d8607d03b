#include "../f411-ram-flag/reserved-word.h"

#include "../f411-ram-flag/posted.c"
