#ifndef HANDOVER_CLOCK_H
#define HANDOVER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define HSI16_HZ 16000000u
#define PLL_64MHZ_HZ 64000000u

/* HSI16 as SYSCLK, no prescaler. The PLL is left as it is. */
void clock_hsi16(void);
/* SYSCLK = 64 MHz = HSI16 * 8 / 2. False when refused: nothing was changed then. */
bool clock_pll_64mhz(void);
/* The rule of HAL_RCC_OscConfig by which the above refuses; docs/handover.md. */
bool hal_rcc_osc_config_refusal(uint32_t wanted_pllcfgr);
/* RCC back to its reset state as far as HAL_RCC_DeInit takes it. */
void clock_reset(void);

#endif
