/*
 * RTC of F0, F4, L0 and L4, as far as its backup registers go. They are written while PWR_CR.DBP is set and outlive every reset but
 * that of the backup domain.
 */
#ifndef COMMON_RTC_V2_H
#define COMMON_RTC_V2_H

#include "cortex-m.h"

struct rtc {
  volatile uint32_t TR;
  volatile uint32_t DR;
  volatile uint32_t CR;
  volatile uint32_t ISR;
  volatile uint32_t PRER;
  uint32_t reserved_14[4];
  volatile uint32_t WPR;
  uint32_t reserved_28[10];
  volatile uint32_t BKPR[32]; /* BKP0R...; F0 and L0: 5, F4: 20, L4: 32 */
};
#define RTC ((struct rtc *)0x40002800u)
REGISTER_AT(rtc, WPR, 0x24);
REGISTER_AT(rtc, BKPR, 0x50);

#endif
