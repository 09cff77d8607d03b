/*
 * 48 MHz for OTG_FS from the PLL that makes SYSCLK (F4) or from the MSI that the LSE keeps straight (L4), its pins and its supply. Source:
 * RCC and PWR in RM0383 and RM0351.
 */
#include "part.h"
#include "clock-steps.h"
#include "usb-echo.h"

#define PIN_DM 11u
#define PIN_DP 12u
#define ALTERNATE_OTG_FS 10u

static void pins_on(void)
{
  enable_clock(&FAMILY_PORT_ENR, 1u << FAMILY_PORT_ENR_Pos);
  for (uint32_t pin = PIN_DM; pin <= PIN_DP; pin++) {
    gpio_alternate(GPIOA, pin, ALTERNATE_OTG_FS);
    gpio_mode(GPIOA, pin, GPIO_MODER_ALTERNATE);
  }
}

#ifdef RCC_CCIPR_CLK48SEL_MSI
static void clock_on(void)
{
  enable_clock(&RCC->APB1ENR1, RCC_APB1ENR1_PWREN);
  PWR->CR1 |= PWR_CR1_DBP;
  switch_on(&RCC->BDCR, RCC_BDCR_LSEON, RCC_BDCR_LSERDY);
  switch_on(&RCC->CR, RCC_CR_MSION, RCC_CR_MSIRDY);
  RCC->CR = (RCC->CR & ~RCC_CR_MSIRANGE_Msk) | RCC_CR_MSIRANGE_48MHZ << RCC_CR_MSIRANGE_Pos | RCC_CR_MSIRGSEL;
  while (!(RCC->CR & RCC_CR_MSIRDY)) {
  }
  RCC->CR |= RCC_CR_MSIPLLEN;
  RCC->CCIPR |= RCC_CCIPR_CLK48SEL_MSI << RCC_CCIPR_CLK48SEL_Pos;
  PWR->CR2 |= PWR_CR2_USV;
}
#else
/* Of n MHz: VCO = 192 MHz from 1 MHz, SYSCLK = 96 MHz, Q = 48 MHz. */
#ifdef PART_HSE_MHZ
#define HSE_MHZ PART_HSE_MHZ
#else
#define HSE_MHZ 8u /* Nucleo-64: the MCO of its ST-LINK */
#endif
#define PLL_96MHZ                                                                                                              \
  (RCC_PLLCFGR_PLLSRC_HSE | HSE_MHZ << RCC_PLLCFGR_PLLM_Pos | 192u << RCC_PLLCFGR_PLLN_Pos | 4u << RCC_PLLCFGR_PLLQ_Pos)

static void clock_on(void)
{
#ifndef PART_HSE_MHZ
  RCC->CR |= RCC_CR_HSEBYP;
#endif
  switch_on(&RCC->CR, RCC_CR_HSEON, RCC_CR_HSERDY);
  switch_on(&RCC->CR, RCC_CR_HSION, RCC_CR_HSIRDY);
  select_sysclk(RCC_CFGR_SW_HSI, 0, 0);
  pll_off();
  RCC->PLLCFGR = PLL_96MHZ;
  switch_on(&RCC->CR, RCC_CR_PLLON, RCC_CR_PLLRDY);
  select_sysclk(RCC_CFGR_SW_PLL, 0, 0);
}
#endif

void usb_clock_on(void)
{
  clock_on();
  pins_on();
  enable_clock(&RCC->AHB2ENR, RCC_AHB2ENR_OTGFSEN);
}
