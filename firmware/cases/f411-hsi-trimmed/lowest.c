#define TRIM 0u /* eight percent down */
#include "low.c"
