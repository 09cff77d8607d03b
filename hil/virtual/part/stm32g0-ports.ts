import type { EnableRegister } from '../peripheral/rcc-g0.ts';
import type { PortFacts } from './kit/definition.ts';

const ANALOG = { MODER: 0xffff_ffff, OSPEEDR: 0, PUPDR: 0 };
/** PA13 (SWDIO) with pull-up and PA14 (SWCLK) with pull-down are in alternate function 0 after reset. */
const PORT_A = { MODER: 0xebff_ffff, OSPEEDR: 0x0c00_0000, PUPDR: 0x2400_0000 };
const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
const FIRST_PORT = 0x5000_0000;

/**
 * GPIO ports of G0 and C0 from the pins that each has.
 * Source: RM0454, RM0444 chapter 6, RM0490 chapter 7: reset values, memory map, IOPENR (documented).
 */
export function portsG0(
  pins: Partial<Readonly<Record<(typeof LETTERS)[number], number>>>,
): readonly PortFacts<EnableRegister>[] {
  return LETTERS.flatMap((letter, code) => {
    const pinMask = pins[letter];
    if (pinMask === undefined) return [];
    const reset = letter === 'A' ? PORT_A : ANALOG;
    return [{ letter, code, base: FIRST_PORT + code * 0x400, clock: ['IOPENR', code] as const, pinMask, reset }];
  });
}
