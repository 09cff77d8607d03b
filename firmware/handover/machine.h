/* The registers that tell how a start found the machine; which ones, the family says. */
#ifndef HANDOVER_MACHINE_H
#define HANDOVER_MACHINE_H

#include <stdint.h>

#include "part.h"

#if defined(__ARM_ARCH_7EM__)
#define CORE_CFSR(X) X(cfsr, SCB->CFSR)
#else
#define CORE_CFSR(X)
#endif

/* nvic_*: the words of all interrupts, ORed. nvic_ispr is the last field of a line, by which a host knows a line as whole. */
#define CORE_FIELDS(X)                                                                                                         \
  X(systick_ctrl, SYSTICK->CTRL)                                                                                               \
  CORE_CFSR(X)                                                                                                                 \
  X(nvic_iser, nvic_any(NVIC->ISER))                                                                                           \
  X(nvic_ispr, nvic_any(NVIC->ISPR))

#define MACHINE_FIELDS(X) FAMILY_RCC_AND_FLASH(X) FAMILY_SYSCFG(X) CORE_FIELDS(X)

#define MACHINE_MEMBER(name, value) uint32_t name;
struct machine {
  MACHINE_FIELDS(MACHINE_MEMBER)
};

/* Needs no initialised RAM. SYSCFG gets its clock for the look alone, after its enable register was taken. */
void machine_look(struct machine *to);
/* All fields, each as ` name=0x0123abcd`. */
void machine_print(const struct machine *machine);

#endif
