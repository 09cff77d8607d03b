/* Streams: F4. The source is a register of APB1, which the peripheral port of every DMA1 reaches. */
#include "dma-v2.h"

#include "leftovers.h"
#include "part.h"
#include "tim.h"

void dma_leave_running(uint32_t to, uint32_t words)
{
  struct dma_stream *const stream = &DMA1->stream[FAMILY_TIM_DMA_STREAM];
  FAMILY_DMA_CLOCK_ON();
  stream->CR = 0;
  while (stream->CR & DMA_SxCR_EN) {
  }
  stream->NDTR = words;
  stream->PAR = (uint32_t)&FAMILY_TIM->CNT;
  stream->M0AR = to;
  stream->CR = FAMILY_TIM_DMA_CHANNEL << DMA_SxCR_CHSEL_Pos | DMA_SxCR_CIRC | DMA_SxCR_MINC | DMA_SxCR_PSIZE_32 |
               DMA_SxCR_MSIZE_32;
  stream->CR |= DMA_SxCR_EN;
}
