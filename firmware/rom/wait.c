/*
 * A wait begins by counting instructions, so that SysTick stays the caller's as long as its period may last: left running, it interrupts
 * into the ROM's vector table. [rom-primask-untouched] A long wait goes on with SysTick, whose end shows as a pending exception.
 */
#include "wait.h"

#include "hardware.h"
#include "ram_code.h"
#include "watchdog.h"

#define COUNTED_US 3000u
#define CHUNK_US 100000u
/* of one round of the loop: two instructions and a taken branch's refill */
#if defined(__ARM_ARCH_6M__) && PART_HAS_VTOR
#define CYCLES_OF_ROUND 3u /* Cortex-M0+ */
#elif defined(__ARM_ARCH_6M__)
#define CYCLES_OF_ROUND 4u /* Cortex-M0 */
#else
#define CYCLES_OF_ROUND 3u /* Cortex-M4 */
#endif

/* In RAM, where no wait state stretches it. */
IN_RAM static void count_us(uint32_t us)
{
  watchdog_refresh();
  uint32_t rounds = PART_CLOCK_HZ / 1000000u * us / CYCLES_OF_ROUND;
  __asm volatile("1: subs %0, #1\n\t"
                 "bne 1b"
                 : "+l"(rounds)::"cc");
}

/* Interrupts are masked meanwhile, as nothing handles that of SysTick; what pends for them comes afterwards. */
static void wait_chunk(const volatile uint32_t *reg, uint32_t flag, uint32_t us)
{
  const uint32_t primask = cpu_primask();
  cpu_irq_disable();
  SYSTICK->CTRL = 0;
  SYSTICK->LOAD = PART_CLOCK_HZ / 1000000u * us - 1u;
  SYSTICK->VAL = 0;
  SCB->ICSR = SCB_ICSR_PENDSTCLR;
  SYSTICK->CTRL = SYSTICK_CTRL_CLKSOURCE | SYSTICK_CTRL_TICKINT | SYSTICK_CTRL_ENABLE;
  while (!(SCB->ICSR & SCB_ICSR_PENDSTSET) && !(*reg & flag)) {
    watchdog_refresh();
  }
  SYSTICK->CTRL = 0;
  SCB->ICSR = SCB_ICSR_PENDSTCLR;
  if (primask == 0) {
    cpu_irq_enable();
  }
}

void wait_us_for(const volatile uint32_t *reg, uint32_t flag, uint32_t us)
{
  while (us > 0 && !(*reg & flag)) {
    const uint32_t now = us < CHUNK_US ? us : CHUNK_US;
    wait_chunk(reg, flag, now);
    us -= now;
  }
}

void wait_us(uint32_t us)
{
  static const volatile uint32_t never = 0;
  const uint32_t counted = us < COUNTED_US ? us : COUNTED_US;
  count_us(counted);
  wait_us_for(&never, 1u, us - counted);
}
