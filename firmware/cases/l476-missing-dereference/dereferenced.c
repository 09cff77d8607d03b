/* The cure: the vector is read, its value is called. */
#define ENTRY (*(const volatile uint32_t *)(SYSTEM_MEMORY_BASE + 4u))
#include "posted.c"
