/* The cure: first the status stage, then the end. */
#define ACKNOWLEDGED true
#include "at-once.c"
