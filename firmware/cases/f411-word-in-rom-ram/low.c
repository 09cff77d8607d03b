/*
 * A word that must outlive the visit to the ROM: the frequency of the crystal, as an application keeps it that runs on several boards.
 * Every reset writes it anew; a start that the ROM makes finds it again, or something else, by which no PLL can be set up. It lies
 * behind the application's own data, and so in the first 12 KB of RAM.
 */
#include "faults.h"
#include "hooks.h"
#include "part.h"
#include "retained.h"

#ifndef HSE_VALUE
#define HSE_VALUE (*(volatile uint32_t *)0x20000200u)
#endif
#define CRYSTAL_HZ 25000000u
#define RESET_FLAGS (RCC_CSR_PORRSTF | RCC_CSR_BORRSTF | RCC_CSR_PINRSTF | RCC_CSR_SFTRSTF)

void program_main(void)
{
  if (reset_record.csr & RESET_FLAGS) {
    HSE_VALUE = CRYSTAL_HZ;
  }
  if (HSE_VALUE != CRYSTAL_HZ) {
    Error_Handler();
  }
}
