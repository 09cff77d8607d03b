import type { Bus, MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';

/** The cells behind a flash interface: erased bits are 1, programming clears bits. */
export interface FlashArray {
  isErased(region: MemoryRegion, offset: number, length: number): boolean;
  program(region: MemoryRegion, offset: number, words: readonly number[]): void;
  erase(region: MemoryRegion, offset: number, length: number): void;
  /** An operation was cut short: each bit may have changed or not. */
  scramble(region: MemoryRegion, offset: number, length: number): void;
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
    scramble(region, offset, length) {
      for (let i = offset >> 2; i < (offset + length) >> 2; i++) region.words[i] = random.word();
      bus.invalidate(region, offset, length);
    },
  };
}
