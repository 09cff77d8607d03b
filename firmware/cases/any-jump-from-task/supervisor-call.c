/* The cure: the task asks the kernel for privilege by a supervisor call, then jumps. */
#define RAISE() __asm volatile("svc 0" ::: "memory")
#include "posted.c"
