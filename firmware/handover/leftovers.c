#include "leftovers.h"

#include "clock-steps.h"
#include "console.h"
#include "crs.h"
#include "iwdg.h"
#include "part.h"
#include "retained.h"
#include "tim.h"
#include "wwdg.h"

#define RAM_BASE 0x20000000u
/* About one transfer in ten microseconds at full speed: the lower half of the ROM's RAM is written over within milliseconds. */
#define TIMER_PERIODS 256u
/* 1.02 s with LSI at 32 kHz (16 * 2048 periods), 0.89 s at the 37 kHz of L0, 0.82 s at the 40 kHz of F0 */
#define IWDG_PRESCALER_16 2u
#define IWDG_RELOAD 2047u
#define HPRE_DIV4 9u

static uint32_t setting(enum setting which) { return retained.settings[which]; }

static void leave_flash(void)
{
  if (setting(JUMP_FLASH_ERROR) == FLASH_ERROR_SET) {
    flash_leave_error();
  }
  switch (setting(JUMP_FLASH)) {
    case FLASH_UNLOCKED:
      flash_leave_unlocked();
      break;
    case FLASH_OPTIONS_UNLOCKED:
      flash_leave_options_unlocked();
      break;
    case FLASH_PROGRAMMING:
      flash_leave_programming();
      break;
    default:
      break;
  }
}

static void leave_dma(void)
{
  FAMILY_TIM_CLOCK_ON();
  dma_leave_running(RAM_BASE, PART_ROM_RAM_BYTES / 2u / sizeof(uint32_t));
  FAMILY_TIM->ARR = TIMER_PERIODS - 1u;
  FAMILY_TIM->DIER = TIM_DIER_UDE;
  FAMILY_TIM->CR1 = TIM_CR1_CEN;
}

static void leave_watchdog(void)
{
  if (setting(JUMP_WATCHDOG) == WATCHDOG_IWDG) {
    IWDG->KR = IWDG_KR_START;
    IWDG->KR = IWDG_KR_ACCESS;
    IWDG->PR = IWDG_PRESCALER_16;
    IWDG->RLR = IWDG_RELOAD;
    while (IWDG->SR) {
    }
    IWDG->KR = IWDG_KR_REFRESH;
  } else {
    FAMILY_WWDG_CLOCK_ON();
    WWDG->CFR = WWDG_CFR_W_Msk; /* no window, the shortest prescaler */
    WWDG->CR = WWDG_CR_WDGA | WWDG_CR_T_Msk;
  }
}

/* All of the RAM may be read and written, but not executed: the usual hardening. */
static void leave_mpu(void)
{
#ifndef CORTEX_M_WITHOUT_VTOR
  uint32_t size = 0;
  while ((2u << size) < PART_RAM_BYTES) {
    size++;
  }
  MPU->RNR = 0;
  MPU->RBAR = RAM_BASE;
  MPU->RASR =
    MPU_RASR_XN | MPU_RASR_AP_FULL | MPU_RASR_S | MPU_RASR_C | size << MPU_RASR_SIZE_Pos | MPU_RASR_ENABLE;
  MPU->CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
  cpu_dsb();
  cpu_isb();
#endif
}

/* Behind SYSCLK's source; C071 divides SYSCLK itself, which HAL_RCC_DeInit of C0 does not put back. */
static void divide_by_4(void)
{
#ifdef PART_HAS_SYSDIV
  RCC->CR = (RCC->CR & ~RCC_CR_SYSDIV_Msk) | 3u << RCC_CR_SYSDIV_Pos;
#else
  RCC->CFGR = (RCC->CFGR & ~RCC_CFGR_HPRE_Msk) | HPRE_DIV4 << RCC_CFGR_HPRE_Pos;
#endif
}

/* The 48 MHz oscillator for USB, trimmed by CRS, as an application with USB has it. */
static void usb48_on(void)
{
#ifdef PART_HAS_USB48
#ifdef FAMILY_USB48_REFERENCE_ON
  FAMILY_USB48_REFERENCE_ON();
#endif
  switch_on(&FAMILY_USB48_CR, FAMILY_USB48_ON, FAMILY_USB48_READY);
  FAMILY_CRS_CLOCK_ON();
  CRS->CR |= CRS_CR_AUTOTRIMEN | CRS_CR_CEN;
#endif
}

static void leave_clock(void)
{
  switch (setting(JUMP_CLOCK_LEFTOVER)) {
    case LEFTOVER_DIVIDER:
      divide_by_4();
      break;
    case LEFTOVER_USB48:
      usb48_on();
      break;
    case LEFTOVER_WAIT_STATES:
      set_latency(FAMILY_MOST_WAIT_STATES);
      break;
    default:
      break;
  }
}

void leave_behind(void)
{
  leave_flash();
  leave_clock();
  if (setting(JUMP_MPU) == MPU_RAM_NO_EXECUTE) {
    leave_mpu();
  }
  if (setting(JUMP_WATCHDOG) != WATCHDOG_OFF) {
    leave_watchdog();
  }
  if (setting(JUMP_DMA) == DMA_ROM_RAM) { /* last: it writes over this program's variables, too */
    leave_dma();
  }
}

void leave_pending(void)
{
  if (setting(JUMP_PENDING) == PENDING_SYSTICK) {
    SCB->ICSR = SCB_ICSR_PENDSTSET;
  } else if (setting(JUMP_PENDING) == PENDING_IRQ) {
    nvic_enable(CONSOLE_IRQ);
    NVIC->ISPR[CONSOLE_IRQ >> 5] = 1u << (CONSOLE_IRQ & 31u);
  }
}
