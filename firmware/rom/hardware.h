/* What the ROM sees of the chip: the part's facts and switches, and the registers of its family. */
#ifndef ROM_HARDWARE_H
#define ROM_HARDWARE_H

#include ROM_PART_HEADER

#include PART_FAMILY_HEADER

#endif
