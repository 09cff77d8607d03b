import { stm32c071rb } from '../../chip/part/stm32c071rb.ts';
import { RCC_VARIANTS } from '../peripheral/rcc-g0-registers.ts';
import { assembleC0 } from './stm32c0.ts';
import { alternatesC071, portsC071 } from './stm32c0-pins.ts';

export const stm32c071 = assembleC0({
  chip: stm32c071rb,
  variant: RCC_VARIANTS.c071,
  ports: portsC071,
  alternates: alternatesC071,
  enables: { APBENR1: 0x1863_6c03, APBENR2: 0x0016_d801 },
  dmaIrqs: [9, 10, 10, 11, 11],
  usb: { version: 2, clock: ['APBENR1', 13], irq: 8 },
  unmodelled: [
    ['TIM2', 0x4000_0000, ['APBENR1', 0]],
    ['SPI2', 0x4000_3800, ['APBENR1', 14]],
    ['I2C2', 0x4000_5800, ['APBENR1', 22]],
  ],
});
