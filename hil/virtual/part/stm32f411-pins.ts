import type { EnableRegisterF4 } from '../peripheral/rcc-f4.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';

const floating = { MODER: 0, OSPEEDR: 0, PUPDR: 0 };
const GPIO_BASE = 0x4002_0000;

function port(letter: string, code: number, pinMask: number, reset: PortFacts['reset']): PortFacts<EnableRegisterF4> {
  return { letter, code, base: GPIO_BASE + 0x400 * code, clock: ['AHB1ENR', code], pinMask, reset };
}

/**
 * Ports of the STM32F411 as the die has them; LQFP64 brings out A, B, C, PD2, PH0 and PH1, UFQFPN48 still fewer.
 * Source: RM0383 8.4, reset values and table 1, memory map (documented).
 */
export const ports: readonly PortFacts<EnableRegisterF4>[] = [
  // JTMS/SWDIO, JTDI with pull-ups, JTCK/SWCLK with pull-down; JTDO and NJTRST on port B.
  port('A', 0, 0xffff, { MODER: 0xa800_0000, OSPEEDR: 0x0c00_0000, PUPDR: 0x6400_0000 }),
  port('B', 1, 0xffff, { MODER: 0x0000_0280, OSPEEDR: 0x0000_00c0, PUPDR: 0x0000_0100 }),
  port('C', 2, 0xffff, floating),
  port('D', 3, 0xffff, floating),
  port('E', 4, 0xffff, floating),
  port('H', 7, 0x0003, floating),
];

/**
 * Alternate functions of the STM32F411 that a model serves.
 * Source: DS10314 table of alternate functions, as in Zephyr's stm32f411retx-pinctrl.dtsi, which is made from ST's pin data
 * (corroborated).
 */
export const alternates: AlternateTable = {
  PA2: { 7: 'USART2_TX' },
  PA3: { 7: 'USART2_RX' },
  PA9: { 7: 'USART1_TX' },
  PA10: { 7: 'USART1_RX' },
  PA11: { 8: 'USART6_TX', 10: 'OTG_FS_DM' },
  PA12: { 8: 'USART6_RX', 10: 'OTG_FS_DP' },
  PA13: { 0: 'SWDIO' },
  PA14: { 0: 'SWCLK' },
  PA15: { 7: 'USART1_TX' },
  PB3: { 7: 'USART1_RX' },
  PB6: { 7: 'USART1_TX' },
  PB7: { 7: 'USART1_RX' },
  PC6: { 8: 'USART6_TX' },
  PC7: { 8: 'USART6_RX' },
  PD5: { 7: 'USART2_TX' },
  PD6: { 7: 'USART2_RX' },
};
