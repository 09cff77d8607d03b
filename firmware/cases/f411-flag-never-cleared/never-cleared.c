/* Without the guide's two lines that forget the flag. */
#include "../f411-ram-flag/reserved-word.h"

#define CLEAR_FLAG()

#include "../f411-ram-flag/posted.c"
