import { stm32f091rc } from '../../chip/part/stm32f091rc.ts';
import { basicUsartV2, fullUsartV2 } from '../peripheral/usart-v2.ts';
import { dmaWithSelection, type SelectTable } from './kit/dma.ts';
import { assembleF0 } from './stm32f0.ts';
import { alternatesF091, portsF0 } from './stm32f0-pins.ts';

/** USART3 to USART8 share an interrupt. */
const USART3_8 = 29;
/** DMA1 channel 1; DMA1 channels 2, 3 and DMA2 channels 1, 2; the others. Source: ST header stm32f091xc.h (documented). */
const DMA1_IRQS = [9, 10, 10, 11, 11, 11, 11];
const DMA2_IRQS = [10, 10, 11, 11, 11];

/**
 * Each channel serves one direction of any USART: CSELR 8 to 15 choose USART1 to 8.
 * Source: ST header stm32f091xc.h, DMA1_CSELR and DMA2_CSELR (documented).
 */
const requests = (directions: readonly ('RX' | 'TX')[]): SelectTable =>
  Object.fromEntries(
    directions.map((direction, channel) => [
      channel,
      Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((usart) => [7 + usart, `USART${usart}_${direction}`])),
    ]),
  );

/** CSELR 6 of DMA1 channel 3: TIM3_UP. Source: ST header stm32f091xc.h, DMA1_CSELR_CH3_TIM3_UP (documented). */
const withTimer = (table: SelectTable): SelectTable => ({ ...table, 2: { ...table[2], 6: 'TIM3_UP' } });

/** Source: ST header stm32f091xc.h (documented). USART1 to 3 choose their clock in CFGR3 and are full, the others basic. */
export const stm32f091 = assembleF0({
  chip: stm32f091rc,
  // REV_ID 0x1000 (revision A: hypothesis), 0x6 in bits 15:12 as an F07x prints it (public report, easy-pdk issue 26).
  idcode: 0x1000_6000 | stm32f091rc.identity.devId,
  mask: { AHBENR: 0x017e_0057, APB2ENR: 0x0047_5ae1, APB1ENR: 0x7a7e_4933 },
  usartSelect: { USART1: 0, USART2: 16, USART3: 18 },
  usarts: [
    { name: 'USART1', base: 0x4001_3800, clock: ['APB2ENR', 14], irq: 27, create: fullUsartV2 },
    { name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR', 17], irq: 28, create: fullUsartV2 },
    { name: 'USART3', base: 0x4000_4800, clock: ['APB1ENR', 18], irq: USART3_8, create: fullUsartV2 },
    { name: 'USART4', base: 0x4000_4c00, clock: ['APB1ENR', 19], irq: USART3_8, create: basicUsartV2 },
    { name: 'USART5', base: 0x4000_5000, clock: ['APB1ENR', 20], irq: USART3_8, create: basicUsartV2 },
    { name: 'USART6', base: 0x4001_1400, clock: ['APB2ENR', 5], irq: USART3_8, create: basicUsartV2 },
    { name: 'USART7', base: 0x4001_1800, clock: ['APB2ENR', 6], irq: USART3_8, create: basicUsartV2 },
    { name: 'USART8', base: 0x4001_1c00, clock: ['APB2ENR', 7], irq: USART3_8, create: basicUsartV2 },
  ],
  // LQFP64: PF11 is BOOT0.
  ports: portsF0({ A: 0xffff, B: 0xffff, C: 0xffff, D: 0x0004, E: 0, F: 0x0803 }),
  alternates: alternatesF091,
  cfgr1Mask: 0x00ff_00c3,
  dma: () => [
    dmaWithSelection(
      { name: 'DMA1', base: 0x4002_0000, clock: ['AHBENR', 0], irqs: DMA1_IRQS },
      withTimer(requests(['RX', 'TX', 'RX', 'TX', 'RX', 'RX', 'TX'])),
    ),
    dmaWithSelection(
      { name: 'DMA2', base: 0x4002_0400, clock: ['AHBENR', 1], irqs: DMA2_IRQS },
      requests(['TX', 'RX', 'RX', 'TX', 'TX']),
    ),
  ],
  unmodelled: [
    ['TIM2', 0x4000_0000, ['APB1ENR', 0]],
    ['TIM6', 0x4000_1000, ['APB1ENR', 4]],
    ['TIM7', 0x4000_1400, ['APB1ENR', 5]],
    ['TIM14', 0x4000_2000, ['APB1ENR', 8]],
    ['SPI2', 0x4000_3800, ['APB1ENR', 14]],
    ['I2C1', 0x4000_5400, ['APB1ENR', 21]],
    ['I2C2', 0x4000_5800, ['APB1ENR', 22]],
    ['CAN', 0x4000_6400, ['APB1ENR', 25]],
    ['DAC', 0x4000_7400, ['APB1ENR', 29]],
    ['CEC', 0x4000_7800, ['APB1ENR', 30]],
    ['ADC', 0x4001_2400, ['APB2ENR', 9]],
    ['TIM1', 0x4001_2c00, ['APB2ENR', 11]],
    ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
    ['TIM15', 0x4001_4000, ['APB2ENR', 16]],
    ['TIM16', 0x4001_4400, ['APB2ENR', 17]],
    ['TIM17', 0x4001_4800, ['APB2ENR', 18]],
    ['TSC', 0x4002_4000, ['AHBENR', 24]],
  ],
});
