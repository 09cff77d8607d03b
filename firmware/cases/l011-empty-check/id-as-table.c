/* The answer's idea by its letter: 0x1FF0_0FFE in place of 0x1FF0_0000. Words are read there, at an address that is no multiple of 4. */
#define TABLE 0x1FF00FFEu
#include "posted.c"
