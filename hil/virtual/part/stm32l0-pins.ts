/**
 * Ports and alternate functions of the STM32L0 parts.
 * Source: DS10332 (L011), DS10668 (L031), DS10685 (L073), tables of alternate functions, as in ST's board files of mbed and Zephyr, which
 * are made from ST's pin data (corroborated). Only functions that a model serves are listed.
 */
import type { EnableRegisterL0 } from '../peripheral/rcc-l0.ts';
import type { AlternateTable, PortFacts } from './kit/definition.ts';

const CODE = { A: 0, B: 1, C: 2, D: 3, E: 4, H: 5 } as const;
/** Bit in IOPENR; port H is the eighth port of the bus. */
const PLACE = { A: 0, B: 1, C: 2, D: 3, E: 4, H: 7 } as const;

/** Ports from their pin masks. Reset values: RM0376 9.4 (documented): all analog, but SWD on PA13 and PA14, and PA4 an input. */
export function portsL0(masks: Partial<Record<keyof typeof CODE, number>>): readonly PortFacts<EnableRegisterL0>[] {
  return (Object.keys(masks) as (keyof typeof CODE)[]).map((letter) => ({
    letter,
    code: CODE[letter],
    base: 0x5000_0000 + 0x400 * PLACE[letter],
    clock: ['IOPENR', PLACE[letter]],
    pinMask: masks[letter] ?? 0,
    reset:
      letter === 'A'
        ? { MODER: 0xebff_fcff, OSPEEDR: 0x0c00_0000, PUPDR: 0x2400_0000 }
        : { MODER: 0xffff_ffff, OSPEEDR: 0, PUPDR: 0 },
  }));
}

const SWD: AlternateTable = { PA13: { 0: 'SWDIO' }, PA14: { 0: 'SWCLK' } };

/** L011 and L031. */
export const alternatesL0Small: AlternateTable = {
  ...SWD,
  PA2: { 4: 'USART2_TX' },
  PA3: { 4: 'USART2_RX' },
  PA9: { 4: 'USART2_TX' },
  PA10: { 4: 'USART2_RX' },
  PA14: { 0: 'SWCLK', 4: 'USART2_TX' },
  PA15: { 4: 'USART2_RX' },
  PB6: { 0: 'USART2_TX' },
  PB7: { 0: 'USART2_RX' },
};

export const alternatesL073: AlternateTable = {
  ...SWD,
  PA0: { 6: 'USART4_TX' },
  PA1: { 6: 'USART4_RX' },
  PA2: { 4: 'USART2_TX' },
  PA3: { 4: 'USART2_RX' },
  PA9: { 4: 'USART1_TX' },
  PA10: { 4: 'USART1_RX' },
  PA14: { 0: 'SWCLK', 4: 'USART2_TX' },
  PA15: { 4: 'USART2_RX' },
  PB3: { 6: 'USART5_TX' },
  PB4: { 6: 'USART5_RX' },
  PB6: { 0: 'USART1_TX' },
  PB7: { 0: 'USART1_RX' },
  PC10: { 6: 'USART4_TX' },
  PC11: { 6: 'USART4_RX' },
  PC12: { 2: 'USART5_TX' },
  PD2: { 6: 'USART5_RX' },
};
