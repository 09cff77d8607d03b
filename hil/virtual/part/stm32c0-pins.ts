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
 * UFQFPN20 and TSSOP20. PA9 and PA10 have no pad of their own: they come out on PA11 and PA12 once SYSCFG_CFGR1 says so.
 * Source: ST's pin data for STM32C011F(4-6)Ux, as in Zephyr's pinctrl.dtsi; ports: stm32c0.dtsi (corroborated).
 */
export const portsC011: readonly PortFacts<EnableRegister>[] = portsG0({ A: 0x7fff, B: 0x00c0, C: 0xc000, F: 0x0004 });

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

const { PA15: _pa15, PB2: _pb2, ...onTwentyPins } = alternatesC031;
/** Those of the C031 without the pins that 20 pins do not bring out: the pin data lists the same numbers (corroborated). */
export const alternatesC011: AlternateTable = onTwentyPins;

export const alternatesC071: AlternateTable = {
  ...alternatesC031,
  PC4: { 1: 'USART1_TX' },
  PC5: { 1: 'USART1_RX' },
  PD5: { 1: 'USART2_TX' },
  PD6: { 1: 'USART2_RX' },
};
