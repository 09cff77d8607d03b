#ifndef ROM_GO_H
#define ROM_GO_H

#include <stdint.h>

/*
 * Start the program whose vector table is at `address`: MSP from its first word, PC from its second, neither of them looked at.
 * [g070-go-keeps-machine-state] VTOR, MEM_MODE, SYSCLK = PLL, the USARTs and their pins, SysTick and the watchdog prescaler stay as the
 * ROM has them.
 */
__attribute__((noreturn)) void go(uint32_t address);

#endif
