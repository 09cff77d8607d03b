/* A program that uses no interrupt, like many a first one: what the start-up code does not do is never noticed. */
#include "hooks.h"
#include "part.h"

void program_ready(void) { cpu_irq_disable(); }
