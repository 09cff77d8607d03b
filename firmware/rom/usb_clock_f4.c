/*
 * F4: HSE and the PLL. During detection everything runs from HSI; HSE is measured against it meanwhile, as the PLL needs its frequency, and
 * takes over once a host is there. [f411-usb-hse]
 */
#include "usb_clock.h"

#include "hardware.h"
#include "wait.h"
#include "watchdog.h"

#define PIN_DM 11u
#define PIN_DP 12u
#define FUNCTION_OTG_FS 10u

/* A capture is this many periods of HSE: 295 to 1920 cycles at 60 MHz. */
#define HSE_DIVIDER 16u
#define CAPTURE_PRESCALER 8u
#define CAPTURE_PERIODS (HSE_DIVIDER * CAPTURE_PRESCALER)
#define MEASURED_CAPTURES 16u
#define COUNTER_MAX 0xFFFFu

static uint32_t hse_mhz;

static uint32_t captured(void)
{
  while (!(TIM11->SR & TIM11_SR_CC1IF)) {
    watchdog_refresh();
  }
  return TIM11->CCR1;
}

/* In MHz, to the nearest one. APB2 is not divided, so that the timer counts SYSCLK. */
static uint32_t measure_hse(void)
{
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_RTCPRE_Msk) | HSE_DIVIDER << RCC_CFGR_RTCPRE_Pos;
  RCC->APB2ENR |= RCC_APB2ENR_TIM11EN;
  (void)RCC->APB2ENR;
  (void)RCC->APB2ENR;
  TIM11->OR = TIM11_OR_TI1_RMP_HSE_RTC;
  TIM11->ARR = COUNTER_MAX;
  TIM11->CCMR1 = TIM11_CCMR1_CC1S_TI1 | TIM11_CCMR1_IC1PSC_8;
  TIM11->CCER = TIM11_CCER_CC1E;
  TIM11->CR1 = TIM11_CR1_CEN;
  uint32_t cycles = 0;
  uint32_t last = captured();
  for (uint32_t i = 0; i < MEASURED_CAPTURES; i++) {
    const uint32_t now = captured();
    cycles += (now - last) & COUNTER_MAX;
    last = now;
  }
  TIM11->CR1 = 0;
  TIM11->CCER = 0;
  RCC->APB2ENR &= ~RCC_APB2ENR_TIM11EN;
  return (PART_CLOCK_HZ / 1000000u * CAPTURE_PERIODS * MEASURED_CAPTURES + cycles / 2u) / cycles;
}

static void pin(uint32_t number)
{
  gpio_alternate(GPIOA, number, FUNCTION_OTG_FS);
  gpio_mode(GPIOA, number, GPIO_MODER_ALTERNATE);
}

bool usb_clock_start(void)
{
  /* on since the start */
  wait_us_for(&RCC->CR, RCC_CR_HSERDY, PART_HSE_TIMEOUT_US);
  hse_mhz = RCC->CR & RCC_CR_HSERDY ? measure_hse() : 0;
  if (hse_mhz < PART_HSE_MHZ_MIN || hse_mhz > PART_HSE_MHZ_MAX) {
    RCC->CR &= ~RCC_CR_HSEON;
    return false;
  }
  RCC->AHB2ENR |= RCC_AHB2ENR_OTGFSEN;
  (void)RCC->AHB2ENR;
  (void)RCC->AHB2ENR;
  pin(PIN_DM);
  pin(PIN_DP);
  return true;
}

static void select_sysclk(uint32_t source)
{
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_SW_Msk) | source << RCC_CFGR_SW_Pos;
  while ((RCC->CFGR & RCC_CFGR_SWS_Msk) != source << RCC_CFGR_SWS_Pos) {
  }
}

/* The same frequencies as from HSI: its half MHz, doubled factors. */
void usb_clock_choose(void)
{
  if (RCC->PLLCFGR & RCC_PLLCFGR_PLLSRC_HSE) {
    return;
  }
  select_sysclk(RCC_CFGR_SW_HSI);
  RCC->CR &= ~RCC_CR_PLLON;
  while (RCC->CR & RCC_CR_PLLRDY) {
  }
  RCC->PLLCFGR = RCC_PLLCFGR_PLLSRC_HSE | hse_mhz << RCC_PLLCFGR_PLLM_Pos | 2u * PART_PLL_N << RCC_PLLCFGR_PLLN_Pos |
                 (PART_PLL_P / 2u - 1u) << RCC_PLLCFGR_PLLP_Pos | PART_PLL_Q << RCC_PLLCFGR_PLLQ_Pos;
  RCC->CR |= RCC_CR_PLLON;
  while (!(RCC->CR & RCC_CR_PLLRDY)) {
  }
  select_sysclk(RCC_CFGR_SW_PLL);
}
