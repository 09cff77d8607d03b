import { type Chip, contains, endOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';

/** The first two words of a vector table. */
export interface StartVectors {
  readonly initialSp: number;
  readonly resetHandler: number;
}

export function startVectors(bytes: Uint8Array): StartVectors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { initialSp: view.getUint32(0, true), resetHandler: view.getUint32(4, true) };
}

/**
 * Why an application cannot start from these vectors; undefined if it can. The ROM's Go looks at none of this: it loads MSP and
 * PC and is gone (AN3155 3.5), so a wrong table costs a power cycle.
 */
export function whyNotStartable(chip: Chip, { initialSp, resetHandler }: StartVectors): string | undefined {
  const erased = word(chip.flash.erasedByte);
  if (initialSp === erased && resetHandler === erased) return 'both words are erased: no vector table is there';
  if (initialSp % 4 !== 0) return `the initial SP ${hex(initialSp)} is not word aligned`;
  if (initialSp <= chip.sram.base || initialSp > endOf(chip.sram)) {
    return `the initial SP ${hex(initialSp)} is not in the RAM (${hex(chip.sram.base)} to ${hex(endOf(chip.sram))})`;
  }
  if (resetHandler % 2 === 0) {
    return `the reset vector ${hex(resetHandler)} is even: without the Thumb bit the core faults at the first instruction`;
  }
  const target = resetHandler - 1;
  if (!contains(chip.flash, target, 2) && !contains(chip.sram, target, 2)) {
    return `the reset vector ${hex(resetHandler)} points to neither flash nor RAM`;
  }
  return undefined;
}

/**
 * Refuses a start from a table that starts nothing.
 * @param table Its first eight bytes or more
 * @param what To be read before `was not sent`: `GO to 0x0800_0000`
 * @throws HilError 308
 */
export function requireStartable(chip: Chip, board: string, table: Uint8Array, address: number, what: string): void {
  const vectors = startVectors(table);
  const why = whyNotStartable(chip, vectors);
  if (why === undefined) return;
  throw new HilError(308, `${board}: ${what} was not sent: ${why}`, {
    blame: 'firmware',
    context: { address, ...vectors },
  });
}

function word(byte: number): number {
  return (byte * 0x0101_0101) >>> 0;
}
