/* Its function returns instead of jumping. */
#define APP_JUMP_RETURNS
#include "application.c"
