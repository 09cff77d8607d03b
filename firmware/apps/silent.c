/* Says nothing on any line; only the probe can let it jump. */
#define APP_SILENT
#include "application.c"
