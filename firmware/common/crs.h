/* Clock recovery system, which trims the 48 MHz oscillator by the USB frame: F042, F091, L073, G0B1, C071. Source: RM0091, CRS. */
#ifndef COMMON_CRS_H
#define COMMON_CRS_H

#include <stdint.h>

struct crs {
  volatile uint32_t CR;
  volatile uint32_t CFGR;
  volatile uint32_t ISR;
  volatile uint32_t ICR;
};
#define CRS ((struct crs *)0x40006C00u)

#define CRS_CR_CEN (1u << 5)
#define CRS_CR_AUTOTRIMEN (1u << 6)
#define CRS_CFGR_SYNCSRC_Pos 28u /* 2: USB start of frame */
#define CRS_CFGR_SYNCSRC_Msk (3u << CRS_CFGR_SYNCSRC_Pos)

#endif
