#include "reserved-word.h"

#include "posted.c"
