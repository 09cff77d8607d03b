/* Waits of the start. The clock of the ROM must run. */
#ifndef ROM_WAIT_H
#define ROM_WAIT_H

#include <stdint.h>

void wait_us(uint32_t us);
/* Wait until a bit of `flag` is set in the register, at most so long. */
void wait_us_for(const volatile uint32_t *reg, uint32_t flag, uint32_t us);

#endif
