/* C0: HSI48, divided; there is no PLL. */
#include "clock.h"

#include "hardware.h"

#if ROM_RESETS_PERIPHERALS_AT_START
/* [c071-start-resets-peripherals] those of the ROM's own interfaces with their ports, and SYSCLK back on HSISYS; SYSCFG is not among them */
static void reset_peripherals(void)
{
  RCC->CFGR = 0;
  while (RCC->CFGR & RCC_CFGR_SWS_Msk) {
  }
  const uint32_t ports = RCC_IOPRSTR_GPIOARST | RCC_IOPRSTR_GPIOBRST;
  const uint32_t apb1 = RCC_APBRSTR1_USART2RST | RCC_APBRSTR1_I2C1RST | RCC_APBRSTR1_I2C2RST | RCC_APBRSTR1_SPI2RST;
  const uint32_t apb2 = RCC_APBRSTR2_USART1RST | RCC_APBRSTR2_SPI1RST;
  RCC->IOPRSTR |= ports;
  RCC->APBRSTR1 |= apb1;
  RCC->APBRSTR2 |= apb2;
  RCC->IOPRSTR &= ~ports;
  RCC->APBRSTR1 &= ~apb1;
  RCC->APBRSTR2 &= ~apb2;
}
#endif

/* [c0-hsi48-divided] SYSDIV of the C071, which divides SYSCLK itself, is left alone: the baud rate is measured with whatever clock is there. */
void clock_start(void)
{
  RCC->CR |= RCC_CR_HSION;
  while (!(RCC->CR & RCC_CR_HSIRDY)) {
  }
#if ROM_RESETS_PERIPHERALS_AT_START
  reset_peripherals();
#endif
  RCC->CR = (RCC->CR & ~RCC_CR_HSIDIV_Msk) | PART_HSIDIV << RCC_CR_HSIDIV_Pos;
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | RCC_CFGR_SW_HSISYS << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != RCC_CFGR_SW_HSISYS << RCC_CFGR_SWS_Pos) {
  }
#if ROM_CLEARS_EMPTY_AT_START
  /* The whole register, so that EMPTY, which was not meant, is written 0. 0 wait states serve 24 MHz. */
  FLASH->ACR = PART_FLASH_ACR_RESET_VALUE;
#endif

  RCC->IOPENR |= RCC_IOPENR_GPIOAEN | RCC_IOPENR_GPIOBEN;
  RCC->APBENR1 |= PART_APBENR1;
  RCC->APBENR2 |= RCC_APBENR2_USART1EN;
  (void)RCC->APBENR2;
  (void)RCC->APBENR2;
}
