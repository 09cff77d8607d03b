import type { EnableRegister } from '../peripheral/rcc-g0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';
import { portsG0 } from './stm32g0-ports.ts';

/** Port E has no pins on LQFP64; its registers exist. */
export const ports: readonly PortFacts<EnableRegister>[] = portsG0({
  A: 0xffff,
  B: 0xffff,
  C: 0xffff,
  D: 0x037f,
  E: 0,
  F: 0x0007,
});

/**
 * Alternate functions of the STM32G0B1 that a model serves.
 * Source: DS13560 tables of alternate functions, as in Zephyr's stm32g0b1r(b-c-e)tx-pinctrl.dtsi, which is made from ST's pin data
 * (corroborated).
 */
export const alternates: AlternateTable = {
  PA0: { 4: 'USART4_TX' },
  PA1: { 4: 'USART4_RX' },
  PA2: { 1: 'USART2_TX' },
  PA3: { 1: 'USART2_RX' },
  PA4: { 3: 'USART6_TX' },
  PA5: { 3: 'USART6_RX', 4: 'USART3_TX' },
  PA9: { 1: 'USART1_TX' },
  PA10: { 1: 'USART1_RX' },
  PA13: { 0: 'SWDIO' },
  PA14: { 0: 'SWCLK', 1: 'USART2_TX' },
  PA15: { 1: 'USART2_RX' },
  PB0: { 4: 'USART3_RX', 8: 'USART5_TX' },
  PB1: { 8: 'USART5_RX' },
  PB2: { 4: 'USART3_TX' },
  PB3: { 3: 'USART5_TX' },
  PB4: { 3: 'USART5_RX' },
  PB6: { 0: 'USART1_TX' },
  PB7: { 0: 'USART1_RX' },
  PB8: { 4: 'USART3_TX', 8: 'USART6_TX' },
  PB9: { 4: 'USART3_RX', 8: 'USART6_RX' },
  PB10: { 4: 'USART3_TX' },
  PB11: { 4: 'USART3_RX' },
  PC0: { 4: 'USART6_TX' },
  PC1: { 4: 'USART6_RX' },
  PC4: { 0: 'USART3_TX', 1: 'USART1_TX' },
  PC5: { 0: 'USART3_RX', 1: 'USART1_RX' },
  PC10: { 0: 'USART3_TX', 1: 'USART4_TX' },
  PC11: { 0: 'USART3_RX', 1: 'USART4_RX' },
  PC12: { 3: 'USART5_TX' },
  PD2: { 3: 'USART5_RX' },
  PD3: { 3: 'USART5_TX' },
  PD5: { 0: 'USART2_TX' },
  PD6: { 0: 'USART2_RX' },
  PD8: { 0: 'USART3_TX' },
  PD9: { 0: 'USART3_RX' },
};
