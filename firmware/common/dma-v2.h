/* DMA controller with streams: F4. Source: RM0383, DMA registers. */
#ifndef COMMON_DMA_V2_H
#define COMMON_DMA_V2_H

#include "cortex-m.h"

struct dma_stream {
  volatile uint32_t CR;
  volatile uint32_t NDTR;
  volatile uint32_t PAR;
  volatile uint32_t M0AR;
  volatile uint32_t M1AR;
  volatile uint32_t FCR;
};

struct dma {
  volatile uint32_t LISR;
  volatile uint32_t HISR;
  volatile uint32_t LIFCR;
  volatile uint32_t HIFCR;
  struct dma_stream stream[8];
};
REGISTER_AT(dma, stream, 0x10);
#define DMA1 ((struct dma *)0x40026000u)

#define DMA_SxCR_EN (1u << 0)
#define DMA_SxCR_CIRC (1u << 8)
#define DMA_SxCR_MINC (1u << 10)
#define DMA_SxCR_PSIZE_32 (2u << 11)
#define DMA_SxCR_MSIZE_32 (2u << 13)
#define DMA_SxCR_CHSEL_Pos 25u

#endif
