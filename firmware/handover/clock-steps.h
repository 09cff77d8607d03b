/*
 * Steps of which each family's clock.c is made. The loops wait for the hardware without a deadline: there is nothing this program could
 * do without its clock, and the place where it hangs is the diagnosis.
 */
#ifndef HANDOVER_CLOCK_STEPS_H
#define HANDOVER_CLOCK_STEPS_H

#include "part.h"

static inline uint32_t sysclk_source(void) { return (RCC->CFGR & RCC_CFGR_SWS_Msk) >> RCC_CFGR_SWS_Pos; }

static inline void switch_on(volatile uint32_t *reg, uint32_t on, uint32_t ready)
{
  *reg |= on;
  while (!(*reg & ready)) {
  }
}

#ifdef RCC_CR_PLLON /* C0 has none */
static inline void pll_off(void)
{
  RCC->CR &= ~RCC_CR_PLLON;
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
}
#endif

/* The new latency is in force when it reads back (RM0454, FLASH, access latency; the same in the other manuals). */
static inline void set_latency(uint32_t latency)
{
  FLASH->ACR = (FLASH->ACR & ~FLASH_ACR_LATENCY_Msk) | latency << FLASH_ACR_LATENCY_Pos;
  while ((FLASH->ACR & FLASH_ACR_LATENCY_Msk) != latency << FLASH_ACR_LATENCY_Pos) {
  }
}

/* `prescaler_mask`: HPRE and the PPREs; `prescalers`: what they become. */
static inline void select_sysclk(uint32_t source, uint32_t prescaler_mask, uint32_t prescalers)
{
  RCC->CFGR = (RCC->CFGR & ~(RCC_CFGR_SW_Msk | prescaler_mask)) | source << RCC_CFGR_SW_Pos | prescalers;
  while (sysclk_source() != source) {
  }
}

#endif
