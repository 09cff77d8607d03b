/* The MPU as a program sets it up: Armv6-M B3.5, Armv7-M B3.5. */
#ifndef CASES_MPU_REGIONS_H
#define CASES_MPU_REGIONS_H

#include "part.h"

#ifndef MPU_RASR_SRD_Pos
#define MPU_RASR_SRD_Pos 8u /* a bit for each eighth of the region that does not belong to it */
#endif

/* SIZE: the region has 2 ^ (SIZE + 1) bytes */
#define SIZE_64KB 15u
#define SIZE_1MB 19u
#define SIZE_512MB 28u
#define SIZE_4GB 31u

static inline void mpu_region(uint32_t number, uint32_t base, uint32_t size, uint32_t attributes)
{
  MPU->RNR = number;
  MPU->RBAR = base;
  MPU->RASR = attributes | size << MPU_RASR_SIZE_Pos | MPU_RASR_ENABLE;
}

static inline void mpu_on(uint32_t control)
{
  MPU->CTRL = control;
  cpu_dsb();
  cpu_isb();
}

static inline void mpu_off(void)
{
  MPU->CTRL = 0;
  cpu_dsb();
  cpu_isb();
}

#endif
