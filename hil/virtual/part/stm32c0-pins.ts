import type { EnableRegister } from '../peripheral/rcc-g0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';
import { portsG0 } from './stm32g0-ports.ts';

export const portsC071: readonly PortFacts<EnableRegister>[] = portsG0({
  A: 0xffff,
  B: 0xffff,
  C: 0xffff,
  D: 0x037f,
  F: 0x000f,
});

export const portsC031: readonly PortFacts<EnableRegister>[] = portsG0({
  A: 0xffff,
  B: 0xffff,
  C: 0xe0c0,
  D: 0x000f,
  F: 0x000f,
});

/**
 * Alternate functions of the STM32C0 that a model serves.
 * Source: tables of alternate functions of DS13867 (C031) and DS14693 (C071), as in Zephyr's pinctrl.dtsi files, which are made from
 * ST's pin data (corroborated).
 */
export const alternatesC031: AlternateTable = {
  PA0: { 4: 'USART1_TX' },
  PA1: { 4: 'USART1_RX' },
  PA2: { 1: 'USART2_TX' },
  PA3: { 1: 'USART2_RX' },
  PA4: { 1: 'USART2_TX' },
  PA5: { 1: 'USART2_RX' },
  PA8: { 1: 'USART2_TX', 14: 'USART1_RX' },
  PA9: { 1: 'USART1_TX' },
  PA10: { 1: 'USART1_RX' },
  PA13: { 0: 'SWDIO', 4: 'USART2_RX' },
  PA14: { 0: 'SWCLK', 1: 'USART2_TX', 9: 'USART2_RX' },
  PA15: { 1: 'USART2_RX' },
  PB2: { 0: 'USART1_RX' },
  PB6: { 0: 'USART1_TX' },
  PB7: { 0: 'USART1_RX' },
  PC14: { 0: 'USART1_TX' },
};

export const alternatesC071: AlternateTable = {
  ...alternatesC031,
  PC4: { 1: 'USART1_TX' },
  PC5: { 1: 'USART1_RX' },
  PD5: { 1: 'USART2_TX' },
  PD6: { 1: 'USART2_RX' },
};
