import type { EnableRegister } from '../peripheral/rcc-g0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';
import { portsG0 } from './stm32g0-ports.ts';

export const ports: readonly PortFacts<EnableRegister>[] = portsG0({
  A: 0xffff,
  B: 0xffff,
  C: 0xffff,
  D: 0x037f,
  F: 0x0007,
});

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
