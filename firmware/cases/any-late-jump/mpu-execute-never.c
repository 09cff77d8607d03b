/* The list with system memory on it as data, for the unique id and the calibration values there: it can be read, not executed. */
#define REGIONS()                                                                                                              \
  do {                                                                                                                         \
    mpu_region(0, 0x08000000u, SIZE_1MB, MPU_RASR_AP_FULL);                                                                    \
    mpu_region(1, 0x20000000u, SIZE_1MB, MPU_RASR_AP_FULL);                                                                    \
    mpu_region(2, 0x40000000u, SIZE_512MB, MPU_RASR_AP_FULL | MPU_RASR_XN);                                                    \
    mpu_region(3, 0x1FFF0000u, SIZE_64KB, MPU_RASR_AP_FULL | MPU_RASR_XN);                                                     \
  } while (0)
#include "mpu.c"
