import type { Bench } from '../board/bench-types.ts';
import { type Chip, type Page, pageAt, pageCount } from '../chip/chip.ts';
import { type Image, makeImage } from '../image/image.ts';

/** Bytes that a row reads, erases and writes: one block of the protocol at most, and no more than the smallest page (L0: 128). */
export const TRIAL_BYTES = 128;

/**
 * Two pages behind the application that take turns: one holds a pattern, to be erased, the other is blank, to be written. So a write
 * is not judged by the erase before it, and where both work nothing has to be made ready by the probe.
 */
export interface SweepPages {
  /** Makes both ready for the next row; the probe is used only where the last row left something else. */
  prepare(bench: Bench): Promise<void>;
  readonly toErase: { readonly page: Page; readonly holds: Uint8Array };
  readonly toWrite: { readonly page: Page; readonly bytes: Uint8Array };
  /** To be called before an erase or write is tried: until it has succeeded, nobody knows what that page holds. */
  trying(op: 'erase' | 'write'): void;
  succeeded(op: 'erase' | 'write'): void;
  /** Nobody knows any more what the pages hold. */
  doubt(): void;
}

interface Half {
  readonly page: Page;
  /** What it is known to hold: blank, a pattern by its seed, or nothing known. */
  holds: 'blank' | number | undefined;
}

/** @throws RangeError if the part has no two pages behind the application */
export function sweepPages(chip: Chip, application: Image): SweepPages {
  const end = Math.max(...application.segments.map(({ address, bytes }) => address + bytes.length));
  const free = Array.from({ length: pageCount(chip) }, (_, i) => pageAt(chip, i) as Page).filter(
    ({ base }) => base >= end,
  );
  const [first, second] = free;
  if (first === undefined || second === undefined)
    throw new RangeError(`the ${chip.name} has no two pages behind the application`);
  let halves: [Half, Half] = [
    { page: first, holds: undefined },
    { page: second, holds: undefined },
  ];
  let seed = 1;
  return {
    async prepare(bench) {
      const [used, empty] = halves;
      if (used.holds === 'blank' && typeof empty.holds === 'number') halves = [empty, used];
      seed = (seed % 250) + 1;
      const [pattern, blank] = halves;
      if (typeof pattern.holds === 'number' && blank.holds === 'blank') return;
      await bench.probe.reacquire();
      await bench.probe.resetHalt();
      if (blank.holds !== 'blank') {
        await bench.probe.flashErasePages([blank.page.index]);
        blank.holds = 'blank';
      }
      if (typeof pattern.holds !== 'number') {
        const segment = { address: pattern.page.base, bytes: trialBytes(chip, seed) };
        await bench.probe.flashProgram(makeImage('a pattern for the sweep', [segment]));
        pattern.holds = seed;
      }
    },
    get toErase() {
      const [{ page, holds }] = halves;
      return { page, holds: trialBytes(chip, typeof holds === 'number' ? holds : seed) };
    },
    get toWrite() {
      return { page: halves[1].page, bytes: trialBytes(chip, seed + 1) };
    },
    trying(op) {
      halves[op === 'erase' ? 0 : 1].holds = undefined;
    },
    succeeded(op) {
      if (op === 'erase') halves[0].holds = 'blank';
      else halves[1].holds = seed + 1;
    },
    doubt() {
      for (const half of halves) half.holds = undefined;
    },
  };
}

/** Bytes that differ from each other, from erased flash, and from one seed to the next. */
export function trialBytes(chip: Chip, seed: number): Uint8Array {
  const avoid = chip.flash.erasedByte;
  return Uint8Array.from({ length: TRIAL_BYTES }, (_, i) => {
    const byte = (i * 149 + seed * 37 + 11) & 0xff;
    return byte === avoid ? 0x5a : byte;
  });
}
