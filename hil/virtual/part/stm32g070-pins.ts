import type { EnableRegister } from '../peripheral/rcc-g0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';

/** Ports of the STM32G070. Source: RM0454 chapter 6, reset values and memory map (documented). */
const analog = { MODER: 0xffff_ffff, OSPEEDR: 0, PUPDR: 0 };

export const ports: readonly PortFacts<EnableRegister>[] = [
  {
    letter: 'A',
    code: 0,
    base: 0x5000_0000,
    clock: ['IOPENR', 0],
    pinMask: 0xffff,
    // PA13 (SWDIO) with pull-up and PA14 (SWCLK) with pull-down are in alternate function 0 after reset.
    reset: { MODER: 0xebff_ffff, OSPEEDR: 0x0c00_0000, PUPDR: 0x2400_0000 },
  },
  { letter: 'B', code: 1, base: 0x5000_0400, clock: ['IOPENR', 1], pinMask: 0xffff, reset: analog },
  { letter: 'C', code: 2, base: 0x5000_0800, clock: ['IOPENR', 2], pinMask: 0xffff, reset: analog },
  { letter: 'D', code: 3, base: 0x5000_0c00, clock: ['IOPENR', 3], pinMask: 0x037f, reset: analog },
  { letter: 'F', code: 5, base: 0x5000_1400, clock: ['IOPENR', 5], pinMask: 0x0007, reset: analog },
];

/**
 * Alternate functions of the STM32G070 that a model serves.
 * Source: DS12766 tables of alternate functions, as in Zephyr's stm32g070rbtx-pinctrl.dtsi, which is made from ST's pin data
 * (corroborated).
 */
export const alternates: AlternateTable = {
  PA0: { 4: 'USART4_TX' },
  PA1: { 4: 'USART4_RX' },
  PA2: { 1: 'USART2_TX' },
  PA3: { 1: 'USART2_RX' },
  PA5: { 4: 'USART3_TX' },
  PA9: { 1: 'USART1_TX' },
  PA10: { 1: 'USART1_RX' },
  PA13: { 0: 'SWDIO' },
  PA14: { 0: 'SWCLK', 1: 'USART2_TX' },
  PA15: { 1: 'USART2_RX' },
  PB0: { 4: 'USART3_RX' },
  PB2: { 4: 'USART3_TX' },
  PB6: { 0: 'USART1_TX' },
  PB7: { 0: 'USART1_RX' },
  PB8: { 4: 'USART3_TX' },
  PB9: { 4: 'USART3_RX' },
  PB10: { 4: 'USART3_TX' },
  PB11: { 4: 'USART3_RX' },
  PC4: { 0: 'USART3_TX', 1: 'USART1_TX' },
  PC5: { 0: 'USART3_RX', 1: 'USART1_RX' },
  PC10: { 0: 'USART3_TX', 1: 'USART4_TX' },
  PC11: { 0: 'USART3_RX', 1: 'USART4_RX' },
  PD5: { 0: 'USART2_TX' },
  PD6: { 0: 'USART2_RX' },
  PD8: { 0: 'USART3_TX' },
  PD9: { 0: 'USART3_RX' },
};
