#ifndef HANDOVER_MAIN_H
#define HANDOVER_MAIN_H

#include <stdbool.h>

#include "retained.h"

/* The application, from initialised RAM on. `request`: what the probe asked for before this start. */
__attribute__((noreturn)) void application(bool fresh, enum request request);
/* The jump that the console, the probe or a host on USB has asked for. */
void application_jump(void);

#endif
