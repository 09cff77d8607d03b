/* EXTI of G0 and C0: a pending register for each edge; the pin is chosen in EXTI itself. Source: RM0454, EXTI. */
#ifndef COMMON_EXTI_V2_H
#define COMMON_EXTI_V2_H

#include "cortex-m.h"

struct exti {
  volatile uint32_t RTSR1;
  volatile uint32_t FTSR1;
  volatile uint32_t SWIER1;
  volatile uint32_t RPR1; /* cleared by writing 1 */
  volatile uint32_t FPR1; /* cleared by writing 1 */
  uint32_t reserved_14[19];
  volatile uint32_t EXTICR[4];
  uint32_t reserved_70[4];
  volatile uint32_t IMR1;
  volatile uint32_t EMR1;
};
#define EXTI ((struct exti *)0x40021800u)
REGISTER_AT(exti, EXTICR, 0x60);
REGISTER_AT(exti, IMR1, 0x80);

#endif
