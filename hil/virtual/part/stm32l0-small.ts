import type { Chip } from '../../chip/chip.ts';
import { fullUsartV2 } from '../peripheral/usart-v2.ts';
import type { L0Part } from './stm32l0.ts';
import { alternatesL0Small } from './stm32l0-pins.ts';

/** What L011 and L031 have alike: one USART, one bank of program memory. Source: ST headers stm32l011xx.h, stm32l031xx.h (documented). */
export function l0Small(chip: Chip): Omit<L0Part, 'idcode' | 'mask' | 'ports' | 'boot' | 'dmaChannels'> {
  return {
    chip,
    hasHsi48: false,
    usartSelect: { USART2: 2 },
    usarts: [{ name: 'USART2', base: 0x4000_4400, clock: ['APB1ENR', 17], irq: 28, create: fullUsartV2 }],
    alternates: alternatesL0Small,
    unmodelled: [
      ['LPUART1', 0x4000_4800, ['APB1ENR', 18]],
      ['I2C1', 0x4000_5400, ['APB1ENR', 21]],
      ['LPTIM1', 0x4000_7c00, ['APB1ENR', 31]],
      ['TIM21', 0x4001_0800, ['APB2ENR', 2]],
      ['ADC', 0x4001_2400, ['APB2ENR', 9]],
      ['SPI1', 0x4001_3000, ['APB2ENR', 12]],
    ],
  };
}
