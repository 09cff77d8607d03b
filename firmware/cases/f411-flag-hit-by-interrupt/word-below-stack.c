#include "deep-interrupt.h"

#include "../f411-ram-flag/posted.c"
