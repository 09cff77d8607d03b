/* The same lines behind SystemClock_Config(): the PLL drives SYSCLK, SysTick and the console's interrupt run. */
#include "../f411-ram-flag/reserved-word.h"

#define CHECK_IN program_ready

#include "../f411-ram-flag/posted.c"
