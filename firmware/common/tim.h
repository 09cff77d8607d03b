/* General-purpose timers as far as their counter and update event go, the same in all families. Source: RM0454, TIM2/TIM3 registers. */
#ifndef COMMON_TIM_H
#define COMMON_TIM_H

#include "cortex-m.h"

struct tim {
  volatile uint32_t CR1;
  volatile uint32_t CR2;
  volatile uint32_t SMCR;
  volatile uint32_t DIER;
  volatile uint32_t SR;
  volatile uint32_t EGR;
  volatile uint32_t CCMR1;
  volatile uint32_t CCMR2;
  volatile uint32_t CCER;
  volatile uint32_t CNT;
  volatile uint32_t PSC;
  volatile uint32_t ARR;
};
REGISTER_AT(tim, EGR, 0x14);
REGISTER_AT(tim, ARR, 0x2C);
#define TIM2 ((struct tim *)0x40000000u)
#define TIM3 ((struct tim *)0x40000400u)

#define TIM_CR1_CEN (1u << 0)
#define TIM_DIER_UDE (1u << 8)

#endif
