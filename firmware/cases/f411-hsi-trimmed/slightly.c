#define TRIM 15u /* half a percent down, less than what one chip's HSI is off */
#include "low.c"
