/* Jumps and comes back. */
#include "application.c"
