/*
 * An application that lists in its MPU what it uses, and nothing else, jumps late: system memory is not on the list. A variant takes the
 * list away before the jump (LEAVE), or makes it another one (MPU_CONTROL, REGIONS).
 */
#include "hooks.h"
#include "jump.h"
#include "mpu-regions.h"

#ifndef MPU_CONTROL
#define MPU_CONTROL MPU_CTRL_ENABLE
#endif
#ifndef REGIONS
#define REGIONS()                                                                                                              \
  do {                                                                                                                         \
    mpu_region(0, 0x08000000u, SIZE_1MB, MPU_RASR_AP_FULL);                                                                    \
    mpu_region(1, 0x20000000u, SIZE_1MB, MPU_RASR_AP_FULL);                                                                    \
    mpu_region(2, 0x40000000u, SIZE_512MB, MPU_RASR_AP_FULL | MPU_RASR_XN);                                                    \
  } while (0)
#endif
#ifndef LEAVE
#define LEAVE()
#endif

void program_main(void)
{
  REGIONS();
  mpu_on(MPU_CONTROL);
}

void program_jump(void)
{
  LEAVE();
  handover_jump();
}
