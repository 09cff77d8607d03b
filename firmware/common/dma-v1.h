/*
 * DMA controller with channels: G0, C0, F0, L0, L4; and the request multiplexer of G0 and C0. Source: RM0454, DMA and DMAMUX registers;
 * RM0351, DMA_CSELR (F09x, L0, L4). Channels are counted from 1 in the manuals.
 */
#ifndef COMMON_DMA_V1_H
#define COMMON_DMA_V1_H

#include "cortex-m.h"

struct dma_channel {
  volatile uint32_t CCR;
  volatile uint32_t CNDTR;
  volatile uint32_t CPAR;
  volatile uint32_t CMAR;
  uint32_t reserved_10;
};

struct dma {
  volatile uint32_t ISR;
  volatile uint32_t IFCR;
  struct dma_channel channel[7]; /* [0] is channel 1 */
  uint32_t reserved_94[5];
  volatile uint32_t CSELR; /* four bits per channel */
};
REGISTER_AT(dma, channel, 0x08);
REGISTER_AT(dma, CSELR, 0xA8);
#define DMA1 ((struct dma *)0x40020000u)

#define DMA_CCR_EN (1u << 0)
#define DMA_CCR_CIRC (1u << 5)
#define DMA_CCR_MINC (1u << 7)
#define DMA_CCR_PSIZE_32 (2u << 8)
#define DMA_CCR_MSIZE_32 (2u << 10)

/* DMAMUX_CxCR, one for each channel, counted from 0: DMAREQ_ID in the low bits. */
#define DMAMUX_CCR ((volatile uint32_t *)0x40020800u)

#endif
