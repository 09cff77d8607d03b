/* Ends in Error_Handler. */
#define APP_ERROR_AT_START
#include "application.c"
