#define TRIM 22u /* three percent up */
#include "low.c"
