/* What G0 and C0 share. */
#ifndef HANDOVER_FAMILY_G0_C0_H
#define HANDOVER_FAMILY_G0_C0_H

#define FAMILY_CSR (RCC->CSR)
#define CSR_POWER_LOST RCC_CSR_PWRRSTF

#define FAMILY_SYSCFG(X) X(syscfg_cfgr1, SYSCFG->CFGR1)
#define FAMILY_SYSCFG_ENR (RCC->APBENR2)
#define FAMILY_SYSCFG_ENR_MASK RCC_APBENR2_SYSCFGEN
#define FAMILY_MEM_MODE (SYSCFG->CFGR1)
#define FAMILY_MEM_MODE_Msk SYSCFG_CFGR1_MEM_MODE_Msk

#define FAMILY_PORT_ENR (RCC->IOPENR)
#define FAMILY_PORT_ENR_Pos 0u
#define FAMILY_USART_VERSION 3
#define FAMILY_USART1_CLOCK_ON() enable_clock(&RCC->APBENR2, RCC_APBENR2_USART1EN)
#define FAMILY_USART1_HZ(hclk) (hclk)
#define FAMILY_USART1_PA9_ALTERNATE 1u
#define FAMILY_USART2_CLOCK_ON() enable_clock(&RCC->APBENR1, RCC_APBENR1_USART2EN)
#define FAMILY_USART2_HZ(hclk) (hclk)
#define FAMILY_USART2_PA2_ALTERNATE 1u

static inline void family_reset_peripherals(void)
{
  RCC->APBRSTR1 = 0xFFFFFFFFu;
  RCC->APBRSTR1 = 0;
  RCC->APBRSTR2 = 0xFFFFFFFFu;
  RCC->APBRSTR2 = 0;
  RCC->AHBRSTR = ~RCC_AHBRSTR_FLASHRST;
  RCC->AHBRSTR = 0;
  RCC->IOPRSTR = 0xFFFFFFFFu;
  RCC->IOPRSTR = 0;
}

/* RAM parity and a double error of the flash. SYSCFG has its clock. */
static inline void family_nmi_clear(void)
{
  SYSCFG->CFGR2 |= SYSCFG_CFGR2_SRAM_PEF;
  FLASH->ECCR |= FLASH_ECCR_ECCD;
}

#endif
