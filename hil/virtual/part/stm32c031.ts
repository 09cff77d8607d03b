import { stm32c031c6 } from '../../chip/part/stm32c031c6.ts';
import { RCC_VARIANTS } from '../peripheral/rcc-g0-registers.ts';
import { assembleC0 } from './stm32c0.ts';
import { alternatesC031, portsC031 } from './stm32c0-pins.ts';

export const stm32c031 = assembleC0({
  chip: stm32c031c6,
  variant: RCC_VARIANTS.c031,
  ports: portsC031,
  alternates: alternatesC031,
  enables: { APBENR1: 0x1822_0c02, APBENR2: 0x0016_d801 },
  dmaIrqs: [9, 10, 10],
  unmodelled: [],
});
