/* Independent watchdog, the same block in all families; the window register WINR is missing on STM32F4. */
#ifndef COMMON_IWDG_H
#define COMMON_IWDG_H

#include <stdint.h>

struct iwdg {
  volatile uint32_t KR;
  volatile uint32_t PR;
  volatile uint32_t RLR;
  volatile uint32_t SR;
  volatile uint32_t WINR;
};
#define IWDG ((struct iwdg *)0x40003000u)

#define IWDG_KR_START 0xCCCCu
#define IWDG_KR_ACCESS 0x5555u
#define IWDG_KR_REFRESH 0xAAAAu
#define IWDG_SR_PVU (1u << 0)
#define IWDG_SR_RVU (1u << 1)
#define IWDG_SR_WVU (1u << 2)

#endif
