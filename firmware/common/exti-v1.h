/* EXTI of F0, F4, L0 and L4: one pending register, both edges together; the pin is chosen in SYSCFG_EXTICR. */
#ifndef COMMON_EXTI_V1_H
#define COMMON_EXTI_V1_H

#include <stdint.h>

/* L4 writes these with a 1 behind (IMR1 ...) and has a second set from 0x20 on. */
struct exti {
  volatile uint32_t IMR;
  volatile uint32_t EMR;
  volatile uint32_t RTSR;
  volatile uint32_t FTSR;
  volatile uint32_t SWIER;
  volatile uint32_t PR; /* cleared by writing 1 */
};

#endif
