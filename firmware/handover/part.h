/*
 * What this application is built for: `parts/<part>.h`, facts of the part and its board, and `family/<family>/family.h`, what the
 * families do differently. A family gives, beside its registers and its `clock.c`:
 *
 * FAMILY_RCC_AND_FLASH(X), FAMILY_SYSCFG(X)   fields of the record of a start, X(name, value)
 * FAMILY_CSR                                  the register of the reset flags; CSR_POWER_LOST: the flags of a power-on
 * FAMILY_RESET_HZ, FAMILY_PLAIN_HZ, FAMILY_FAST_HZ   HCLK after a reset, of `start.clock reset` and of `start.clock fast`
 * FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK   the clock of SYSCFG
 * FAMILY_MEM_MODE, FAMILY_MEM_MODE_Msk        the register that says what lies at address 0, and its field
 * FAMILY_PORT_ENR, FAMILY_PORT_ENR_Pos        the clocks of the ports, from A on
 * FAMILY_USARTn_CLOCK_ON(), FAMILY_USARTn_HZ(hclk), FAMILY_USARTn_Pxx_ALTERNATE
 * FAMILY_WWDG_CLOCK_ON(), FAMILY_TIM, FAMILY_TIM_CLOCK_ON(), FAMILY_DMA_CLOCK_ON()   a watchdog; a timer whose update event feeds a DMA
 * FAMILY_TIM_DMA_CHANNEL, FAMILY_TIM_DMA_REQUEST() or FAMILY_TIM_DMA_STREAM            channel, and what chooses that request
 * FAMILY_MOST_WAIT_STATES                     the greatest LATENCY
 * FAMILY_USB48_CR, _ON, _READY, FAMILY_CRS_CLOCK_ON()   the USB oscillator, where a part says PART_HAS_USB48
 * family_reset_peripherals()                  every peripheral that HAL_DeInit resets and that may be reset under running code
 * family_nmi_clear()                          the sources of NMI that are errors of memory
 */
#ifndef HANDOVER_PART_H
#define HANDOVER_PART_H

#include PART_HEADER
#include FAMILY_HEADER

#ifndef PART_SYSTEM_MEMORY
#define PART_SYSTEM_MEMORY SYSTEM_MEMORY_BASE
#endif

/* Values of MEM_MODE, the same in all families. */
#define MEM_MODE_VALUE_MAIN_FLASH 0u
#define MEM_MODE_VALUE_SYSTEM_FLASH 1u
#define MEM_MODE_VALUE_SRAM 3u

#define NVIC_WORDS ((PART_INTERRUPTS + 31u) / 32u)

/* A peripheral answers two cycles after its clock is on: RM0454, RCC, and the same section of the other manuals. */
static inline void enable_clock(volatile uint32_t *enr, uint32_t mask)
{
  *enr |= mask;
  (void)*enr;
  (void)*enr;
}

#endif
