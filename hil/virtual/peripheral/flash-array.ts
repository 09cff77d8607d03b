import type { Bus, MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';

/** The cells behind a flash interface: erased bits are 1, programming clears bits. */
export interface FlashArray {
  isErased(region: MemoryRegion, offset: number, length: number): boolean;
  program(region: MemoryRegion, offset: number, words: readonly number[]): void;
  erase(region: MemoryRegion, offset: number, length: number): void;
  /** Programming was cut short: each bit that was to be cleared is or is not. */
  programCut(region: MemoryRegion, offset: number, words: readonly number[]): void;
  /** An erase was cut short: each cleared bit is set again or not. */
  eraseCut(region: MemoryRegion, offset: number, length: number): void;
}

export function createFlashArray(bus: Bus, random: Random): FlashArray {
  return {
    isErased(region, offset, length) {
      for (let i = offset; i < offset + length; i++) if (region.bytes[i] !== 0xff) return false;
      return true;
    },
    program(region, offset, words) {
      words.forEach((word, i) => {
        region.words[(offset >> 2) + i]! &= word;
      });
      bus.invalidate(region, offset, words.length * 4);
    },
    erase(region, offset, length) {
      region.bytes.fill(0xff, offset, offset + length);
      bus.invalidate(region, offset, length);
    },
    programCut(region, offset, words) {
      words.forEach((word, i) => {
        region.words[(offset >> 2) + i]! &= word | random.word();
      });
      bus.invalidate(region, offset, words.length * 4);
    },
    eraseCut(region, offset, length) {
      for (let i = offset >> 2; i < (offset + length) >> 2; i++) region.words[i]! |= random.word();
      bus.invalidate(region, offset, length);
    },
  };
}
