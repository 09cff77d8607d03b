/* The start: look before anything is touched, then decide between the ROM and the application. */
#include <stdbool.h>

#include "jump.h"
#include "main.h"
#include "memory-init.h"
#include "retained.h"
#include "stm32g0.h"

/*
 * The core's own registers change with the first C code, so that they are stored before it. MSP is set for starts that did not come
 * by a reset, CONTROL for callers that left a process stack; exceptions would else share the stack of the thread.
 */
__attribute__((naked, noreturn)) void Reset_Handler(void)
{
  __asm volatile(
    "ldr r0, =reset_record + 8\n\t"
    "mrs r1, msp\n\t"
    "mrs r2, control\n\t"
    "mrs r3, primask\n\t"
    "mrs r4, ipsr\n\t"
    "stmia r0!, {r1-r4}\n\t"
    "ldr r1, =_estack\n\t"
    "msr msp, r1\n\t"
    "movs r1, #0\n\t"
    "msr control, r1\n\t"
    "isb\n\t"
    "bl reset_continue\n\t"
    ".pool");
}

static void record(void)
{
  struct reset_record *const to = &reset_record;
  to->csr = RCC->CSR;
  to->vtor = SCB->VTOR;
  to->rcc_cr = RCC->CR;
  to->rcc_cfgr = RCC->CFGR;
  to->rcc_pllcfgr = RCC->PLLCFGR;
  to->rcc_icscr = RCC->ICSCR;
  to->iopenr = RCC->IOPENR;
  to->ahbenr = RCC->AHBENR;
  to->apbenr1 = RCC->APBENR1;
  to->apbenr2 = RCC->APBENR2;
  to->flash_acr = FLASH->ACR;
  to->flash_sr = FLASH->SR;
  to->flash_cr = FLASH->CR;
  to->systick_ctrl = SYSTICK->CTRL;
  to->nvic_iser = NVIC->ISER[0];
  to->nvic_ispr = NVIC->ISPR[0];

  RCC->APBENR2 = to->apbenr2 | RCC_APBENR2_SYSCFGEN;
  (void)RCC->APBENR2; /* a peripheral answers two cycles after its clock is on */
  (void)RCC->APBENR2;
  to->syscfg_cfgr1 = SYSCFG->CFGR1;
  RCC->APBENR2 = to->apbenr2;

  RCC->CSR |= RCC_CSR_RMVF;
  RCC->CSR &= ~RCC_CSR_RMVF;
}

__attribute__((noreturn, used)) void reset_continue(void)
{
  record();
  const uint32_t csr = reset_record.csr;
  const bool fresh = retained_open(csr & RCC_CSR_PWRRSTF);
  if (diversion_take(csr)) {
    retained.diverted++;
    retained_seal();
    handover_sequence();
  }
  retained.boots++;
  retained_seal();
  const enum request request = request_take();
  memory_init();
  application(fresh, request);
}
