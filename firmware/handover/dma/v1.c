/* Channels: F0, G0, C0, L0, L4. The source is a register of APB1, which the peripheral port of every DMA1 reaches. */
#include "dma-v1.h"

#include "leftovers.h"
#include "part.h"
#include "tim.h"

void dma_leave_running(uint32_t to, uint32_t words)
{
  struct dma_channel *const channel = &DMA1->channel[FAMILY_TIM_DMA_CHANNEL - 1];
  FAMILY_DMA_CLOCK_ON();
  FAMILY_TIM_DMA_REQUEST();
  channel->CCR = 0;
  channel->CNDTR = words;
  channel->CPAR = (uint32_t)&FAMILY_TIM->CNT;
  channel->CMAR = to;
  channel->CCR = DMA_CCR_CIRC | DMA_CCR_MINC | DMA_CCR_PSIZE_32 | DMA_CCR_MSIZE_32 | DMA_CCR_EN;
}
