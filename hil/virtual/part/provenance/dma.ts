import type { ModelledBehaviour } from './behaviour.ts';

type Row = Omit<ModelledBehaviour, 'part'>;

/** Of every part whose DMA has channels and neither DMAMUX nor a manual that says more (F0, L0, L4). */
export const dmaWithChannels: readonly Row[] = [
  {
    id: 'dma-timing',
    behaviour:
      'A DMA transfer takes five HCLK cycles from its request, does not slow the core, and channels do not compete',
    source: 'simplification; priorities (PL) are stored and have no effect',
    confidence: 'hypothesis',
    question: 'Copy 1000 words by a channel with the core in SRAM: cycles? With two channels of different PL?',
  },
  {
    id: 'dma-clock-off',
    behaviour:
      'A channel whose controller has no clock drops what is asked of it; it goes on at the next request or write',
    source: 'no statement in the manual',
    confidence: 'hypothesis',
    question: 'Clear the clock enable of DMA1 in the middle of a copy, set it again: does the copy go on by itself?',
  },
  {
    id: 'dma-read-only-while-enabled',
    behaviour: 'While EN is set, CNDTR, CPAR, CMAR and all of CCR but EN and the interrupt enables take no writes',
    source: 'RM0091 10.4.4 to 10.4.6 and its like: "must not be written when the channel is enabled"',
    confidence: 'hypothesis',
    question: 'Write CNDTR of an enabled channel that waits for a request: value read back?',
  },
];

/** Of parts with CSELR. */
export const dmaWithCselr: readonly Row[] = [
  {
    id: 'dma-requests-of-usarts',
    behaviour:
      'CSELR chooses the USART requests that the tables in the part file name; other values leave a channel waiting',
    source: "ST headers, ST's CubeMX data and ChibiOS' registry; requests of blocks without a model never come",
    confidence: 'corroborated',
    question: 'Enable USART2 with DMAT and each channel and CSELR value in turn: which count falls?',
  },
];

/** Of the DMA with streams (F4). */
export const dmaWithStreams: readonly Row[] = [
  {
    id: 'dma-timing',
    behaviour:
      'A DMA transfer takes five HCLK cycles from its request with its memory accesses, does not slow the core; streams do not compete',
    source: 'simplification; priorities (PL) and bursts are stored, a request moves one item whatever PBURST says',
    confidence: 'hypothesis',
    question: 'Copy 1000 words by a stream with the core in SRAM: cycles? With two streams of different PL?',
  },
  {
    id: 'dma-no-contention',
    behaviour: 'DMEIF, and FEIF for an overrun or underrun, are never set: memory answers before the next request',
    source: 'follows from the missing contention; RM0383 9.3.18',
    confidence: 'hypothesis',
    question: 'Receive at 2 Mbaud in direct mode with MINC clear while another stream copies: DMEIF?',
  },
  {
    id: 'dma-start-with-flags-set',
    behaviour: 'A stream whose flags of the last transfer are still set starts all the same',
    source: 'RM0383 9.3.17 asks to clear them first and does not say what happens else',
    confidence: 'hypothesis',
    question: 'After a copy leave TCIF set, set EN again: does EN read 1, does NDTR fall?',
  },
  {
    id: 'dma-stop-at-once',
    behaviour:
      'EN cleared by software reads 0 at once; a flush of the FIFO takes no time and TCIF is set even without data',
    source: 'RM0383 9.3.12, 9.3.14: EN reads 1 until the current transfers are over; TCIF is set then',
    confidence: 'hypothesis',
    question: 'Stop a stream that waits for its first request: TCIF? EN read in the next instruction?',
  },
  {
    id: 'dma-count-after-stop',
    behaviour:
      'A stream stopped in the middle and enabled again goes on with the count left; one that has ended loads it again',
    source: 'RM0383 9.5.6 says the latter',
    confidence: 'hypothesis',
    question: 'Stop a reception at NDTR 2 of 4, set EN without writing NDTR: NDTR read back?',
  },
  {
    id: 'dma-flush-padding',
    behaviour: 'A flush that does not fill an item of MSIZE writes zeros above the data',
    source: 'RM0383 9.3.12: "memory is written with an undesired value"',
    confidence: 'hypothesis',
    question: 'Receive 2 bytes with MSIZE word over 0xAAAAAAAA, stop the stream: word in memory?',
  },
  {
    id: 'dma1-peripheral-port',
    behaviour:
      'The peripheral port of DMA1 reaches APB1 alone; any other address, and memory to memory, is a transfer error',
    source: 'RM0383 figure of the DMA system and 9.3.6: only DMA2 does memory to memory',
    confidence: 'hypothesis',
    question: 'Start memory to memory on DMA1 stream 0: TEIF, or does nothing happen?',
  },
  {
    id: 'dma-copy-circular',
    behaviour: 'Memory to memory with CIRC or DBM set ends after one round',
    source: 'RM0383 9.3.6 forbids it',
    confidence: 'hypothesis',
    question: 'Copy with CIRC set: does NDTR load again?',
  },
  {
    id: 'dma-peripheral-flow',
    behaviour: 'With PFCTRL the count starts at 0xFFFF and nothing ends it early',
    source: 'RM0383 9.3.15; SDIO alone could be the flow controller and has no model',
    confidence: 'hypothesis',
    question: 'Receive from USART2 with PFCTRL set: NDTR after EN, and after two bytes?',
  },
];
