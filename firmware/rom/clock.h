#ifndef ROM_CLOCK_H
#define ROM_CLOCK_H

/* Bring SYSCLK to 24 MHz from HSI16 through the PLL (AN2606 r70 T107) and clock the ports and USARTs of the ROM. */
void clock_start(void);

#endif
