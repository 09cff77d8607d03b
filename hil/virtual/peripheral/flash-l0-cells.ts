import type { Bus, MemoryRegion } from '../bus.ts';
import type { Random } from '../random.ts';

/** NVM cells of L0: erased bits are 0, programming sets bits. */
export interface NvmCells {
  isErased(region: MemoryRegion, offset: number, length: number): boolean;
  program(region: MemoryRegion, offset: number, words: readonly number[]): void;
  erase(region: MemoryRegion, offset: number, length: number): void;
  /** Erase and program one word. */
  rewrite(region: MemoryRegion, offset: number, word: number): void;
  /** Programming was cut short: each bit that was to be set is or is not. */
  programCut(region: MemoryRegion, offset: number, words: readonly number[]): void;
  /** An erase was cut short: each set bit is cleared or not. */
  eraseCut(region: MemoryRegion, offset: number, length: number): void;
  /** Exchange two stretches of `length` bytes. */
  swap(a: MemoryRegion, aOffset: number, b: MemoryRegion, bOffset: number, length: number): void;
}

export function createNvmCells(bus: Bus, random: Random): NvmCells {
  return {
    isErased(region, offset, length) {
      for (let i = offset; i < offset + length; i++) if (region.bytes[i] !== 0) return false;
      return true;
    },
    program(region, offset, words) {
      words.forEach((word, i) => {
        region.words[(offset >> 2) + i]! |= word;
      });
      bus.invalidate(region, offset, words.length * 4);
    },
    erase(region, offset, length) {
      region.bytes.fill(0, offset, offset + length);
      bus.invalidate(region, offset, length);
    },
    rewrite(region, offset, word) {
      region.words[offset >> 2] = word;
      bus.invalidate(region, offset, 4);
    },
    programCut(region, offset, words) {
      words.forEach((word, i) => {
        region.words[(offset >> 2) + i]! |= word & random.word();
      });
      bus.invalidate(region, offset, words.length * 4);
    },
    eraseCut(region, offset, length) {
      for (let i = offset >> 2; i < (offset + length) >> 2; i++) region.words[i]! &= random.word();
      bus.invalidate(region, offset, length);
    },
    swap(a, aOffset, b, bOffset, length) {
      const kept = a.bytes.slice(aOffset, aOffset + length);
      a.bytes.set(b.bytes.slice(bOffset, bOffset + length), aOffset);
      b.bytes.set(kept, bOffset);
      bus.invalidate(a, aOffset, length);
      bus.invalidate(b, bOffset, length);
    },
  };
}
