import { stm32f042k6 } from '../../chip/part/stm32f042k6.ts';
import { basicUsartV2, fullUsartV2 } from '../peripheral/usart-v2.ts';
import { dmaWithFixedLines } from './kit/dma.ts';
import { assembleF0 } from './stm32f0.ts';
import { alternatesF042, portsF0 } from './stm32f0-pins.ts';

/** Interrupts of the channels. Source: ST header stm32f042x6.h (documented). */
const DMA_IRQS = [9, 10, 10, 11, 11];
/** USART1_TX_DMA_RMP and USART1_RX_DMA_RMP of SYSCFG_CFGR1 (RM0091 9.1.1). */
const USART1_TX_DMA_RMP = 1 << 9;
const USART1_RX_DMA_RMP = 1 << 10;

/** Requests of a channel, counted from 0. Source: RM0091 table of DMA requests on STM32F04x, ST's CubeMX data of the F042 (corroborated). */
function requests(channel: number, cfgr1: number): readonly string[] {
  const tx = cfgr1 & USART1_TX_DMA_RMP ? 3 : 1;
  const rx = cfgr1 & USART1_RX_DMA_RMP ? 4 : 2;
  return [
    ...(channel === tx ? ['USART1_TX'] : []),
    ...(channel === rx ? ['USART1_RX'] : []),
    ...(channel === 3 ? ['USART2_TX'] : []),
    ...(channel === 4 ? ['USART2_RX'] : []),
    ...(channel === 2 ? ['TIM3_UP'] : []),
  ];
}

/** Source: ST header stm32f042x6.h (documented). USART2 has no choice of clock in CFGR3, so it is a basic one. */
export const stm32f042 = assembleF0({
  chip: stm32f042k6,
  // REV_ID 0x1000 (revision A: hypothesis), 0x6 in bits 15:12 as an F07x prints it (public report, easy-pdk issue 26).
  idcode: 0x1000_6000 | stm32f042k6.identity.devId,
  mask: { AHBENR: 0x014e_0055, APB2ENR: 0x0046_5a01, APB1ENR: 0x5aa2_4903 },
  usartSelect: { USART1: 0 },
  usarts: [
    { name: 'USART1', base: 0x4001_3800, clock: ['APB2ENR', 14], irq: 27, create: fullUsartV2 },
    { name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR', 17], irq: 28, create: basicUsartV2 },
  ],
  // LQFP32: PB8 is BOOT0.
  ports: portsF0({ A: 0xffff, B: 0x01fb, C: 0, F: 0x0003 }),
  alternates: alternatesF042,
  cfgr1Mask: 0x40ff_1f13,
  dma: (cfgr1) => [
    dmaWithFixedLines({ name: 'DMA1', base: 0x4002_0000, clock: ['AHBENR', 0], irqs: DMA_IRQS }, (channel) =>
      requests(channel, cfgr1()),
    ),
  ],
  usb: { version: 1, clock: ['APB1ENR', 23], irq: 31 },
  unmodelled: [
    ['TIM2', 0x4000_0000, ['APB1ENR', 0]],
    ['TIM14', 0x4000_2000, ['APB1ENR', 8]],
    ['SPI2', 0x4000_3800, ['APB1ENR', 14]],
    ['I2C1', 0x4000_5400, ['APB1ENR', 21]],
    ['CAN', 0x4000_6400, ['APB1ENR', 25]],
    ['CEC', 0x4000_7800, ['APB1ENR', 30]],
    ['ADC', 0x4001_2400, ['APB2ENR', 9]],
    ['TIM1', 0x4001_2c00, ['APB2ENR', 11]],
    ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
    ['TIM16', 0x4001_4400, ['APB2ENR', 17]],
    ['TIM17', 0x4001_4800, ['APB2ENR', 18]],
    ['TSC', 0x4002_4000, ['AHBENR', 24]],
  ],
});
