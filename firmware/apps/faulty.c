/* Ends in a fault. */
#define APP_FAULT_AT_START
#include "application.c"
