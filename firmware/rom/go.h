#ifndef ROM_GO_H
#define ROM_GO_H

#include <stdint.h>

/* Load MSP and PC from the two words at `table`, neither of them looked at. */
__attribute__((noreturn)) void start_program(const volatile uint32_t *table);

/*
 * Start the program whose vector table is at `address`. [rom-go-keeps-machine-state] VTOR, MEM_MODE, SYSCLK, the USARTs and their pins,
 * SysTick and the watchdog prescaler stay as the ROM has them, but for what the part's PART_BEFORE_GO does.
 */
__attribute__((noreturn)) void go(uint32_t address);

#endif
