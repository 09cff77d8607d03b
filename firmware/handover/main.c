#include "main.h"

#include "clock.h"
#include "commands.h"
#include "console.h"
#include "faults.h"
#include "hooks.h"
#include "part.h"
#include "timebase.h"
#include "usb/usb.h"

#define HEARTBEAT_MS 500u
/* 8.2 s with LSI at 32 kHz (64 * 4096 periods), 7.1 s at the 37 kHz of L0, 6.6 s at the 40 kHz of F0 */
#define IWDG_PRESCALER_64 4u
#define IWDG_RELOAD 0xFFFu

static uint32_t setting(enum setting which) { return retained.settings[which]; }

/* In the order of generated code: time base first, then clocks; docs/handover.md says why the first tick is awaited. */
static const char *start_timebase(void)
{
  if (setting(START_SYSTICK) != SYSTICK_ON) {
    return "off";
  }
  timebase_start(FAMILY_RESET_HZ);
  return timebase_wait_for_first_tick() ? "on" : "dead";
}

static uint32_t start_clock(void)
{
  if (setting(START_RCC) == RCC_RESET_AT_START) {
    (void)clock_deinit();
  }
  if (setting(START_CLOCK) == START_CLOCK_RESET && !usb_wants_fast_clock()) {
    clock_plain();
    return FAMILY_PLAIN_HZ;
  }
  if (!clock_fast() && setting(START_CLOCK_ERROR) == CLOCK_ERROR_STOP) {
    Error_Handler();
  }
  return FAMILY_FAST_HZ;
}

static void start_iwdg(void)
{
  if (setting(START_IWDG) == IWDG_OFF) {
    return;
  }
  if (setting(START_IWDG) == IWDG_WAIT_FIRST) {
    while (IWDG->SR) { /* for ever, when PVU was left at 1 by a write while the watchdog did not run */
    }
  }
  IWDG->KR = IWDG_KR_START;
  IWDG->KR = IWDG_KR_ACCESS;
  IWDG->PR = IWDG_PRESCALER_64;
  IWDG->RLR = IWDG_RELOAD;
  while (IWDG->SR) {
  }
  IWDG->KR = IWDG_KR_REFRESH;
}

/* The application's vector table answers interrupts from here on. A core without VTOR takes it from address 0. */
static void start_vectors(void)
{
#ifdef CORTEX_M_WITHOUT_VTOR
  FAMILY_MEM_MODE = (FAMILY_MEM_MODE & ~FAMILY_MEM_MODE_Msk) | MEM_MODE_VALUE_MAIN_FLASH;
#else
  SCB->VTOR = FLASH_MEMORY_BASE;
#endif
}

static void beat(void)
{
  static uint32_t last;
  if (timebase_ticks() - last >= HEARTBEAT_MS) {
    last += HEARTBEAT_MS;
    LED_PORT->ODR ^= 1u << LED_PIN;
  }
  if (setting(START_IWDG) != IWDG_OFF) {
    IWDG->KR = IWDG_KR_REFRESH;
  }
}

/*
 * Nothing that arrives after the look is slept over: an interrupt that PRIMASK keeps back still ends WFI. One that BASEPRI or FAULTMASK
 * keeps back does not (Armv7-M B1.5.17).
 */
static void sleep_unless_busy(void)
{
  const uint32_t masked = cpu_primask();
  const bool sleeps_well = masked || !cpu_interrupts_masked();
  cpu_irq_disable();
  if (!console_pending() && !request_waiting() && !usb_jump_asked() && sleeps_well) {
    cpu_dsb();
    cpu_wfi();
  }
  if (!masked) {
    cpu_irq_enable();
  }
  if (masked) {
    SCB->ICSR = SCB_ICSR_PENDSTCLR; /* a tick that is never taken would end each WFI at once */
  }
  console_poll();
  usb_poll();
}

void application_jump(void)
{
  usb_before_jump();
  program_jump();
}

static void obey(enum request request)
{
  if (request == REQUEST_JUMP) {
    console_drain();
    application_jump();
  }
  if (request == REQUEST_RESET) {
    console_drain();
    cpu_system_reset();
  }
}

void application(bool fresh, enum request request)
{
  program_main();
  enable_clock(&FAMILY_SYSCFG_ENR, FAMILY_SYSCFG_ENR_MASK);
  if (setting(START_VTOR) == VTOR_FLASH) {
    start_vectors();
  }
  if (setting(START_PRIMASK) == PRIMASK_CLEARED_AT_START) {
    cpu_irq_enable();
  }
  struct start_report report = {.fresh = fresh, .tick = start_timebase()};
  report.hclk = start_clock();
  if (setting(START_SYSTICK) == SYSTICK_ON) {
    timebase_start(report.hclk);
  }
  start_iwdg();
  console_open(report.hclk);
  gpio_mode(LED_PORT, LED_PIN, GPIO_MODER_OUTPUT);
  banner(&report);
  usb_start(report.hclk);
  program_ready();
  obey(request);
  for (;;) {
    bool too_long;
    char *const line = console_line(&too_long);
    if (line) {
      command_execute(line, too_long, &report);
    }
    obey(request_take());
    if (usb_jump_asked()) {
      application_jump();
    }
    beat();
    sleep_unless_busy();
  }
}
