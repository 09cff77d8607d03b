/* The cure: the MPU is part of what an application has to put back. */
#define LEAVE() mpu_off()
#include "mpu.c"
