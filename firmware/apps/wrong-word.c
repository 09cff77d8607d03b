/* Takes the word behind the reset vector, the vector of NMI, for the entry. */
#define APP_JUMP_WORD 2u
#include "application.c"
