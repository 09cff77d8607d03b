/* Window watchdog, the same block in all families. */
#ifndef COMMON_WWDG_H
#define COMMON_WWDG_H

#include <stdint.h>

struct wwdg {
  volatile uint32_t CR;
  volatile uint32_t CFR;
  volatile uint32_t SR;
};
#define WWDG ((struct wwdg *)0x40002C00u)

#define WWDG_CR_T_Msk 0x7Fu
#define WWDG_CR_WDGA (1u << 7)
#define WWDG_CFR_W_Msk 0x7Fu
#define WWDG_SR_EWIF (1u << 0)

#endif
