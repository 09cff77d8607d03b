#ifndef ROM_CLOCK_H
#define ROM_CLOCK_H

/* Bring SYSCLK to PART_CLOCK_HZ, clock the ports and USARTs of the ROM, and leave what a start of this ROM leaves in RCC and FLASH_ACR. */
void clock_start(void);

#endif
