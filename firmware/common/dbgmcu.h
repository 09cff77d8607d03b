/* DBGMCU. Bases differ: at the core's debug space on Cortex-M4 parts, on the APB of the others. */
#ifndef COMMON_DBGMCU_H
#define COMMON_DBGMCU_H

#include <stdint.h>

struct dbgmcu {
  volatile uint32_t IDCODE;
  volatile uint32_t CR;
  volatile uint32_t APB_FZ1; /* APB1_FZ, APB1FZ, APB1FZR1 */
  volatile uint32_t APB_FZ2; /* APB2_FZ, APB2FZ; APB1FZR2 on L4 */
};
#define DBGMCU_IDCODE_DEV_ID_Msk 0xFFFu
#define DBGMCU_APB_FZ1_DBG_IWDG_STOP (1u << 12)

#endif
