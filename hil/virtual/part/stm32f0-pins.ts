/**
 * Ports and alternate functions of the STM32F0 parts.
 * Source: DS9773 (F042), DS9826 (F091), tables of alternate functions, as in ST's board files of mbed and Zephyr, which are made from
 * ST's pin data (corroborated). Only functions that a model serves are listed.
 */
import type { EnableRegisterF0 } from '../peripheral/rcc-f0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';

const PLACE = { A: 0, B: 1, C: 2, D: 3, E: 4, F: 5 } as const;

/** Ports from their pin masks. Reset values: RM0091 8.4 (documented): all inputs, but SWD on PA13 and PA14. */
export function portsF0(masks: Partial<Record<keyof typeof PLACE, number>>): readonly PortFacts<EnableRegisterF0>[] {
  return (Object.keys(masks) as (keyof typeof PLACE)[]).map((letter) => ({
    letter,
    code: PLACE[letter],
    base: 0x4800_0000 + 0x400 * PLACE[letter],
    clock: ['AHBENR', 17 + PLACE[letter]],
    pinMask: masks[letter] ?? 0,
    reset:
      letter === 'A'
        ? { MODER: 0x2800_0000, OSPEEDR: 0x0c00_0000, PUPDR: 0x2400_0000 }
        : { MODER: 0, OSPEEDR: 0, PUPDR: 0 },
  }));
}

export const alternatesF042: AlternateTable = {
  PA2: { 1: 'USART2_TX' },
  PA3: { 1: 'USART2_RX' },
  PA9: { 1: 'USART1_TX' },
  PA10: { 1: 'USART1_RX' },
  PA13: { 0: 'SWDIO' },
  PA14: { 0: 'SWCLK', 1: 'USART2_TX' },
  PA15: { 1: 'USART2_RX' },
  PB6: { 0: 'USART1_TX' },
  PB7: { 0: 'USART1_RX' },
};

export const alternatesF091: AlternateTable = {
  ...alternatesF042,
  PA0: { 4: 'USART4_TX' },
  PA1: { 4: 'USART4_RX' },
  PA4: { 5: 'USART6_TX' },
  PA5: { 5: 'USART6_RX' },
  PB3: { 4: 'USART5_TX' },
  PB4: { 4: 'USART5_RX' },
  PB10: { 4: 'USART3_TX' },
  PB11: { 4: 'USART3_RX' },
  PC0: { 1: 'USART7_TX', 2: 'USART6_TX' },
  PC1: { 1: 'USART7_RX', 2: 'USART6_RX' },
  PC2: { 2: 'USART8_TX' },
  PC3: { 2: 'USART8_RX' },
  PC4: { 1: 'USART3_TX' },
  PC5: { 1: 'USART3_RX' },
  PC6: { 1: 'USART7_TX' },
  PC7: { 1: 'USART7_RX' },
  PC8: { 1: 'USART8_TX' },
  PC9: { 1: 'USART8_RX' },
  PC10: { 0: 'USART4_TX', 1: 'USART3_TX' },
  PC11: { 0: 'USART4_RX', 1: 'USART3_RX' },
  PC12: { 2: 'USART5_TX' },
  PD2: { 2: 'USART5_RX' },
};
