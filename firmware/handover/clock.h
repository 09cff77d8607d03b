/* The clock tree; `family/<family>/clock.c`. */
#ifndef HANDOVER_CLOCK_H
#define HANDOVER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* SYSCLK at FAMILY_PLAIN_HZ, from the oscillator of the reset or one as simple. The PLL is left as it is. */
void clock_plain(void);
/* SYSCLK at FAMILY_FAST_HZ. False when refused: nothing was changed then. */
bool clock_fast(void);
/* The rule of HAL_RCC_OscConfig by which the above refuses; docs/handover.md. */
bool hal_rcc_osc_config_refusal(void);
/* RCC back to its reset state as far as HAL_RCC_DeInit takes it. HCLK in Hz after it. */
uint32_t clock_deinit(void);

#endif
