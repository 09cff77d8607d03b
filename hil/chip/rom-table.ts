import { type Chip, contains, endOf } from './chip.ts';

/**
 * Why two words can not be the vector table of the ROM; undefined if they can. A table begins with the stack pointer, an address in
 * SRAM, and the reset vector, an odd address inside system memory (Armv6-M B1.5.3, Armv7-M B1.5.3; addresses: AN2606 r70 T226). Tables
 * of wrong addresses have been posted: of routines (G07x, 0x1FFF_6800, AN2606 r70 T8) and of the start of a region (H5).
 */
export function whyNotRomTable(chip: Chip, stack: number, entry: number): string | undefined {
  if (stack % 4 !== 0) return `the first word ${word(stack)} is not word aligned, so it is no stack pointer`;
  if (stack <= chip.sram.base || stack > endOf(chip.sram)) {
    return `the first word ${word(stack)} is no address in SRAM, so it is no stack pointer`;
  }
  if (entry % 2 === 0) return `the second word ${word(entry)} is even, so it is no vector`;
  if (!contains(chip.systemMemory, entry - 1, 2)) {
    return `the second word ${word(entry)} points out of system memory, so it is not the ROM's reset vector`;
  }
  return undefined;
}

function word(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
}
