/* The jump from inside a critical section that masks by BASEPRI: 0x10 lets only priority 0 through. */
#include "hooks.h"
#include "jump.h"
#include "part.h"

#define BASEPRI_PRIORITY_1 0x10u /* the upper four bits of the byte: PM0214 2.3.5 */

void program_jump(void)
{
  /* SysTick at the least urgent priority, where an RTOS has it; reset leaves it at 0, which BASEPRI never masks. */
  SCB->SHPR3 |= 0xF0u << 24;
  __asm volatile("msr basepri, %0" ::"r"(BASEPRI_PRIORITY_1) : "memory");
  handover_jump();
}
