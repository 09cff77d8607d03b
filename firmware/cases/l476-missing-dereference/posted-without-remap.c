/* The post's other attempt: "If I remove the remap call then I instead get a hardfault." */
#define REMAP 0
#include "posted.c"
