/* The flag counts with its complement beside it, at a start that a software reset caused. It still lies where the loader works. */
#define FLAG_HAS_COMPLEMENT

#include "posted.c"
