/* Another cause with the same look: the vector is read, but system memory does not lie at address 0. */
#define REMAP 0
#define ENTRY (*(const volatile uint32_t *)(SYSTEM_MEMORY_BASE + 4u))
#include "posted.c"
