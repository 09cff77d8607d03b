import type { Bench } from '../board/bench-types.ts';
import type { Chip } from '../chip/chip.ts';

/** What a chip answered: plain values that two chips of a part can be compared by. Addresses and registers as `0x…` text. */
export type Answer = Readonly<Record<string, string | number | boolean>>;

export interface Answered {
  readonly answer: Answer;
  /** What was seen on the way, for who doubts the answer: registers, bytes, settings. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/**
 * What asking costs a board. `reads`: nothing is erased or written. `pages`: flash pages are lost, as with every suite. `mass` and
 * `write_protection`: as the permissions of a rig file.
 */
export type Cost = 'reads' | 'pages' | 'mass' | 'write_protection';

/** A question to silicon that can be asked by this tool. Its id is the one that modelled behaviours name (`hil/chip/rom`). */
export interface Question {
  readonly id: string;
  /** A sentence with a question mark. */
  readonly asks: string;
  readonly cost: Cost;
  /**
   * How it has to get into the ROM. `without erasing`: by the probe, or by BOOT0 where the ROM goes back to a program in flash when it is
   * jumped to; `jump`: by a jump and nothing else, so not on such a ROM.
   */
  readonly entry?: 'without erasing' | 'jump';
  /** BOOT0 and NRST must be workable from here. */
  readonly controls?: boolean;
  /** Why it makes no sense on this part; undefined if it does. */
  readonly notFor?: (chip: Chip) => string | undefined;
  /**
   * Asks a board. The way into the ROM is part of the question, so that the answers of two boards can be compared.
   * @throws HilError when the board gives no answer
   */
  readonly ask: (bench: Bench<'usart'>) => Promise<Answered>;
}

export function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}
