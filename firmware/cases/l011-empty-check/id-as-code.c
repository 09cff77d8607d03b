/* The answer's idea taken as an address to call: it is even, so that the call leaves the Thumb state. */
#define ENTRY(vector) ((void)(vector), 0x1FF00FFEu)
#include "posted.c"
