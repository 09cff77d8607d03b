import { type Bench, type Chip, type Page, type Port, pageAt, pageCount } from '../index.ts';

/** Pages that the application does not use, in order of address. */
export interface Scratch {
  readonly pages: readonly Page[];
  /** First address of all of them; they follow each other. */
  readonly base: number;
}

/**
 * Consecutive pages behind the application, `bytes` in all and at least `count` of them.
 * The smallest pages of the part are taken: a sector of an F4 costs a second to erase.
 */
export function scratchPages(bench: Bench<Port>, count: number, bytes = 0): Scratch {
  const { chip } = bench;
  const end = Math.max(...bench.image('handover').segments.map(({ address, bytes: { length } }) => address + length));
  const pages: Page[] = [];
  for (let i = 0; i < pageCount(chip); i++) {
    const page = pageAt(chip, i) as Page;
    if (page.base < end) continue;
    pages.push(page);
    const size = pages.reduce((sum, one) => sum + one.size, 0);
    if (pages.length >= count && size >= bytes) return { pages, base: (pages[0] as Page).base };
  }
  throw new RangeError(`the ${chip.name} has no ${count} pages and ${bytes} bytes behind the application`);
}

/** The first sector of write protection behind the application, and its first page. */
export function protectable(bench: Bench<Port>): { readonly page: Page; readonly sector: number } {
  const { chip } = bench;
  const perSector = chip.rom.writeProtectPages ?? 1;
  const first = scratchPages(bench, 1).pages[0] as Page;
  const sector = Math.ceil(first.index / perSector);
  return { page: pageAt(chip, sector * perSector) as Page, sector };
}

/** Bytes that differ from each other, from erased flash, and from one seed to the next. */
export function pattern(chip: Chip, length: number, seed = 1): Uint8Array {
  const avoid = chip.flash.erasedByte;
  return Uint8Array.from({ length }, (_, i) => {
    const byte = ((i + seed) * 167 + (i >> 8) + seed) & 0xff;
    return byte === avoid ? 0x5a : byte;
  });
}

/** Erased flash. */
export function erased(chip: Chip, length: number): Uint8Array {
  return new Uint8Array(length).fill(chip.flash.erasedByte);
}
