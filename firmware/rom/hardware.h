/* What the ROM sees of the chip: the family's registers, the core's, and the part's facts and switches. */
#ifndef ROM_HARDWARE_H
#define ROM_HARDWARE_H

#include "cortex-m.h"
#include "stm32g0.h"

#include ROM_PART_HEADER

#endif
