/* G0: HSI16 and the PLL. */
#include "clock.h"

#include "hardware.h"

static void select_sysclk(uint32_t source)
{
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | source << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != source << RCC_CFGR_SWS_Pos) {
  }
}

static void hsi16_on(void)
{
  RCC->CR |= RCC_CR_HSION;
  while (!(RCC->CR & RCC_CR_HSIRDY)) {
  }
}

#if ROM_RESETS_PERIPHERALS_AT_START
/*
 * [g070-start-resets-peripherals] which peripherals is not published: those of the ROM's own interfaces with their ports, and the
 * clock tree back on HSI16. SYSCFG is not among them, or a jump with system memory mapped at 0 would lose its mapping.
 */
static void reset_peripherals(void)
{
  RCC->CFGR = 0; /* SW = HSISYS, no prescaler */
  while (RCC->CFGR & RCC_CFGR_SWS_Msk) {
  }
  RCC->CR &= ~(RCC_CR_PLLON | RCC_CR_HSIDIV_Msk);
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
  const uint32_t ports = RCC_IOPRSTR_GPIOARST | RCC_IOPRSTR_GPIOBRST | RCC_IOPRSTR_GPIOCRST;
  const uint32_t apb1 = RCC_APBRSTR1_USART2RST | RCC_APBRSTR1_USART3RST | RCC_APBRSTR1_I2C1RST | RCC_APBRSTR1_I2C2RST |
                        RCC_APBRSTR1_SPI2RST;
  const uint32_t apb2 = RCC_APBRSTR2_USART1RST | RCC_APBRSTR2_SPI1RST;
  RCC->IOPRSTR |= ports;
  RCC->APBRSTR1 |= apb1;
  RCC->APBRSTR2 |= apb2;
  RCC->IOPRSTR &= ~ports;
  RCC->APBRSTR1 &= ~apb1;
  RCC->APBRSTR2 &= ~apb2;
}
#endif

/*
 * Without a reset first, an application that left the PLL running keeps its own frequency: the PLL takes no new factors while it is on.
 * The ROM still works, as it measures the host's baud rate against whatever clock it has.
 */
void clock_start(void)
{
  hsi16_on();
#if ROM_RESETS_PERIPHERALS_AT_START
  reset_peripherals();
#endif
#if ROM_CLEARS_EMPTY_AT_START
  /* The whole register, so that EMPTY, which was not meant, is written 0. */
  FLASH->ACR = PART_FLASH_ACR_RESET_VALUE;
#endif
#if ROM_FORCES_HSITRIM_TO_ZERO
  RCC->ICSCR &= ~RCC_ICSCR_HSITRIM_Msk;
#endif
#if PART_FLASH_LATENCY > 0
  /* Only upwards: the clock that the caller left may need more. */
  if ((FLASH->ACR & FLASH_ACR_LATENCY_Msk) < PART_FLASH_LATENCY) {
    FLASH->ACR = (FLASH->ACR & ~FLASH_ACR_LATENCY_Msk) | PART_FLASH_LATENCY;
    while ((FLASH->ACR & FLASH_ACR_LATENCY_Msk) != PART_FLASH_LATENCY) {
    }
  }
#endif
  RCC->PLLCFGR = RCC_PLLCFGR_PLLSRC_HSI16 << RCC_PLLCFGR_PLLSRC_Pos | (PART_PLL_M - 1u) << RCC_PLLCFGR_PLLM_Pos |
                 PART_PLL_N << RCC_PLLCFGR_PLLN_Pos | (PART_PLL_R - 1u) << RCC_PLLCFGR_PLLR_Pos | RCC_PLLCFGR_PLLREN;
  RCC->CR |= RCC_CR_PLLON;
  while (!(RCC->CR & RCC_CR_PLLRDY)) {
  }
  select_sysclk(RCC_CFGR_SW_PLLRCLK);

  RCC->IOPENR |= RCC_IOPENR_GPIOAEN | RCC_IOPENR_GPIOCEN;
  RCC->APBENR1 |= RCC_APBENR1_USART2EN | RCC_APBENR1_USART3EN;
  RCC->APBENR2 |= RCC_APBENR2_USART1EN;
  /* A peripheral may be accessed two cycles after its clock is on (RM0454, RCC); a read back takes them. */
  (void)RCC->APBENR2;
  (void)RCC->APBENR2;
}
