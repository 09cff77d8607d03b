/* The same with bit 0 set: the core executes the id byte 0xC3 and what follows it. */
#define ENTRY(vector) ((void)(vector), 0x1FF00FFEu | 1u)
#include "posted.c"
