/* Has VTOR as the ROM leaves it after GO, so that its tick goes to the ROM. */
#define APP_KEEPS_VTOR
#include "application.c"
