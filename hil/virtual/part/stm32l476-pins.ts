import type { EnableRegisterL4 } from '../peripheral/rcc-l4.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';

const analog = { MODER: 0xffff_ffff, OSPEEDR: 0, PUPDR: 0 };
const GPIO_BASE = 0x4800_0000;

function port(letter: string, code: number, pinMask: number, reset: PortFacts['reset']): PortFacts<EnableRegisterL4> {
  return { letter, code, base: GPIO_BASE + 0x400 * code, clock: ['AHB2ENR', code], pinMask, reset };
}

/**
 * Ports of the STM32L476 as the die has them; LQFP64 brings out A, B, C, PD2, PH0 and PH1.
 * Source: RM0351 8.4, reset values and 2.2.2, memory map (documented).
 */
export const ports: readonly PortFacts<EnableRegisterL4>[] = [
  // JTMS/SWDIO, JTDI with pull-ups, JTCK/SWCLK with pull-down; JTDO and NJTRST on port B.
  port('A', 0, 0xffff, { MODER: 0xabff_ffff, OSPEEDR: 0x0c00_0000, PUPDR: 0x6400_0000 }),
  port('B', 1, 0xffff, { MODER: 0xffff_febf, OSPEEDR: 0, PUPDR: 0x0000_0100 }),
  port('C', 2, 0xffff, analog),
  port('D', 3, 0xffff, analog),
  port('E', 4, 0xffff, analog),
  port('F', 5, 0xffff, analog),
  port('G', 6, 0xffff, analog),
  port('H', 7, 0x0003, { MODER: 0x0000_000f, OSPEEDR: 0, PUPDR: 0 }),
];

/**
 * Alternate functions of the STM32L476 that a model serves.
 * Source: DS10198 tables of alternate functions, as in Zephyr's stm32l476rgtx-pinctrl.dtsi, which is made from ST's pin data
 * (corroborated).
 */
export const alternates: AlternateTable = {
  PA0: { 8: 'UART4_TX' },
  PA1: { 8: 'UART4_RX' },
  PA2: { 7: 'USART2_TX' },
  PA3: { 7: 'USART2_RX' },
  PA9: { 7: 'USART1_TX' },
  PA10: { 7: 'USART1_RX' },
  PA11: { 10: 'OTG_FS_DM' },
  PA12: { 10: 'OTG_FS_DP' },
  PA13: { 0: 'SWDIO' },
  PA14: { 0: 'SWCLK' },
  PB6: { 7: 'USART1_TX' },
  PB7: { 7: 'USART1_RX' },
  PB10: { 7: 'USART3_TX' },
  PB11: { 7: 'USART3_RX' },
  PC4: { 7: 'USART3_TX' },
  PC5: { 7: 'USART3_RX' },
  PC10: { 7: 'USART3_TX', 8: 'UART4_TX' },
  PC11: { 7: 'USART3_RX', 8: 'UART4_RX' },
  PC12: { 8: 'UART5_TX' },
  PD2: { 8: 'UART5_RX' },
  PD5: { 7: 'USART2_TX' },
  PD6: { 7: 'USART2_RX' },
  PD8: { 7: 'USART3_TX' },
  PD9: { 7: 'USART3_RX' },
};
