import { type Chip, contains, endOf, pageOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { Segment } from '../image/image.ts';

/** What one erase-and-write does to a flash. */
export interface WritePlan {
  /** Pages that hold a byte of the image, ascending. */
  readonly pages: readonly number[];
  /** Write Memory commands, ascending: none across a boundary of the most bytes in one. Blocks of erased bytes are left out. */
  readonly blocks: readonly Segment[];
  /** What the flash must hold afterwards: the image, filled up to the alignment with erased bytes. */
  readonly expected: readonly Segment[];
}

/**
 * Plans the erasing and writing of an image. Heads and tails are filled up with the erased value to what the flash programs at
 * once, since a part of it cannot be programmed later (G0: PROGERR on a double word that is not erased).
 * @param maxBlock Most bytes in one command
 * @throws HilError 625 (nothing to write), 626 (segments overlap), 627 (not in the flash of the chip)
 */
export function planWrite(chip: Chip, segments: readonly Segment[], maxBlock: number): WritePlan {
  const sorted = segments.filter(({ bytes }) => bytes.length > 0).sort((a, b) => a.address - b.address);
  if (sorted.length === 0) {
    throw new HilError(625, 'there is not a byte to write', { blame: 'test' });
  }
  for (const { address, bytes } of sorted) {
    if (!contains(chip.flash, address, bytes.length)) {
      throw new HilError(
        627,
        `${bytes.length} bytes at ${hex(address)} do not lie in the flash of the ${chip.name} (${hex(chip.flash.base)} to ${hex(endOf(chip.flash) - 1)})`,
        { blame: 'test', context: { address, size: bytes.length } },
      );
    }
  }
  const expected = fillUp(sorted, Math.max(chip.rom.writeAlignment, chip.flash.programUnit), chip.flash.erasedByte);
  const pages = new Set<number>();
  for (const { address, bytes } of expected) {
    const last = pageOf(chip, address + bytes.length - 1) as number;
    for (let page = pageOf(chip, address) as number; page <= last; page++) pages.add(page);
  }
  const isErased = (byte: number): boolean => byte === chip.flash.erasedByte;
  return {
    pages: [...pages].sort((a, b) => a - b),
    blocks: expected.flatMap((segment) => intoBlocks(segment, maxBlock)).filter(({ bytes }) => !bytes.every(isErased)),
    expected,
  };
}

/** Joins segments whose aligned ranges touch and fills the gaps between their bytes and the alignment. */
function fillUp(sorted: readonly Segment[], alignment: number, filler: number): readonly Segment[] {
  const ranges: { from: number; to: number; parts: Segment[] }[] = [];
  let end = 0;
  for (const segment of sorted) {
    const { address, bytes } = segment;
    if (address < end) {
      throw new HilError(626, `segments overlap at ${hex(address)}`, { blame: 'test', context: { address } });
    }
    end = address + bytes.length;
    const from = Math.floor(address / alignment) * alignment;
    const to = Math.ceil(end / alignment) * alignment;
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
      last.parts.push(segment);
    } else {
      ranges.push({ from, to, parts: [segment] });
    }
  }
  return ranges.map(({ from, to, parts }) => {
    const bytes = new Uint8Array(to - from).fill(filler);
    for (const part of parts) bytes.set(part.bytes, part.address - from);
    return { address: from, bytes };
  });
}

/** Cuts at multiples of `max`, a power of two up to 256, so that a block never crosses a page of at least that size. */
export function intoBlocks({ address, bytes }: Segment, max: number): readonly Segment[] {
  const blocks: Segment[] = [];
  for (let at = address; at < address + bytes.length; ) {
    const next = Math.min((Math.floor(at / max) + 1) * max, address + bytes.length);
    blocks.push({ address: at, bytes: bytes.subarray(at - address, next - address) });
    at = next;
  }
  return blocks;
}
