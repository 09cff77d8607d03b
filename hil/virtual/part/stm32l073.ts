import { stm32l073rz } from '../../chip/part/stm32l073rz.ts';
import { basicUsartV2, fullUsartV2 } from '../peripheral/usart-v2.ts';
import { bootAreaPattern7 } from './boot-pattern-7.ts';
import { assembleL0 } from './stm32l0.ts';
import { alternatesL073, portsL0 } from './stm32l0-pins.ts';

/** Source: ST header stm32l073xx.h (documented). */
export const stm32l073 = assembleL0({
  chip: stm32l073rz,
  // Revision Z is REV_ID 0x2008 (hypothesis: ES0293 was not read); 0x6 in bits 15:12 as on the other L0.
  idcode: 0x2008_6000 | stm32l073rz.identity.devId,
  mask: { IOPENR: 0x9f, AHBENR: 0x0011_1101, APB2ENR: 0x0040_52a5, APB1ENR: 0xf8fe_4a33 },
  hasHsi48: true,
  usartSelect: { USART1: 0, USART2: 2 },
  usarts: [
    { name: 'USART1', base: 0x4001_3800, clock: ['APB2ENR', 14], irq: 27, create: fullUsartV2 },
    { name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR', 17], irq: 28, create: fullUsartV2 },
    { name: 'USART4', base: 0x4000_4c00, clock: ['APB1ENR', 19], irq: 14, create: basicUsartV2 },
    { name: 'USART5', base: 0x4000_5000, clock: ['APB1ENR', 20], irq: 14, create: basicUsartV2 },
  ],
  ports: portsL0({ A: 0xffff, B: 0xffff, C: 0xffff, D: 0x0004, E: 0, H: 0x0003 }),
  alternates: alternatesL073,
  boot: bootAreaPattern7,
  dmaChannels: 7,
  usb: { version: 1, clock: ['APB1ENR', 23], irq: 31 },
  unmodelled: [
    ['TIM3', 0x4000_0400, ['APB1ENR', 1]],
    ['TIM6', 0x4000_1000, ['APB1ENR', 4]],
    ['TIM7', 0x4000_1400, ['APB1ENR', 5]],
    ['LCD', 0x4000_2400, ['APB1ENR', 9]],
    ['SPI2', 0x4000_3800, ['APB1ENR', 14]],
    ['LPUART1', 0x4000_4800, ['APB1ENR', 18]],
    ['I2C1', 0x4000_5400, ['APB1ENR', 21]],
    ['I2C2', 0x4000_5800, ['APB1ENR', 22]],
    ['DAC', 0x4000_7400, ['APB1ENR', 29]],
    ['I2C3', 0x4000_7800, ['APB1ENR', 30]],
    ['LPTIM1', 0x4000_7c00, ['APB1ENR', 31]],
    ['TIM21', 0x4001_0800, ['APB2ENR', 2]],
    ['TIM22', 0x4001_1400, ['APB2ENR', 5]],
    ['FIREWALL', 0x4001_1c00, ['APB2ENR', 7]],
    ['ADC', 0x4001_2400, ['APB2ENR', 9]],
    ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
    ['TSC', 0x4002_4000, ['AHBENR', 16]],
    ['RNG', 0x4002_5000, ['AHBENR', 20]],
  ],
});
