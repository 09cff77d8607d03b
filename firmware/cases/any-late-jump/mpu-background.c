/* As generated projects of larger families have it: one region of 4 GB without access, but only for the outer memories (subregions 3 to 6). */
#define MPU_CONTROL (MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA)
#define REGIONS() mpu_region(0, 0x00000000u, SIZE_4GB, 0x87u << MPU_RASR_SRD_Pos | MPU_RASR_XN)
#include "mpu.c"
