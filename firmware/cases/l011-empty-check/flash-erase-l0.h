/* Erasing one page of 128 bytes on L0: RM0377 3.3.4, program memory page erase. */
#ifndef CASES_FLASH_ERASE_L0_H
#define CASES_FLASH_ERASE_L0_H

#include "part.h"

/* In RAM: nothing may be fetched from the array while it erases. Interrupts must be masked. */
__attribute__((section(".ramfunc"), noinline, long_call)) static void flash_erase_page_l0(uint32_t page)
{
  if (FLASH->PECR & FLASH_PECR_PELOCK) {
    FLASH->PEKEYR = FLASH_PEKEYR_KEY1;
    FLASH->PEKEYR = FLASH_PEKEYR_KEY2;
  }
  FLASH->PRGKEYR = FLASH_PRGKEYR_KEY1;
  FLASH->PRGKEYR = FLASH_PRGKEYR_KEY2;
  FLASH->PECR |= FLASH_PECR_ERASE | FLASH_PECR_PROG;
  *(volatile uint32_t *)page = 0; /* any word of the page, any value: it starts the erase */
  while (FLASH->SR & FLASH_SR_BSY) {
  }
  FLASH->PECR |= FLASH_PECR_PELOCK;
}

#endif
