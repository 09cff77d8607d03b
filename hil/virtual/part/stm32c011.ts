import { stm32c011f6 } from '../../chip/part/stm32c011f6.ts';
import { RCC_VARIANTS } from '../peripheral/rcc-g0-registers.ts';
import { assembleC0 } from './stm32c0.ts';
import { alternatesC011, portsC011 } from './stm32c0-pins.ts';

/** The clock tree, the enable bits and the DMA channels are those of the C031. Source: ST header stm32c011xx.h (documented). */
export const stm32c011 = assembleC0({
  chip: stm32c011f6,
  variant: RCC_VARIANTS.c031,
  ports: portsC011,
  alternates: alternatesC011,
  enables: { APBENR1: 0x1822_0c02, APBENR2: 0x0016_d801 },
  dmaIrqs: [9, 10, 10],
  unmodelled: [],
});
