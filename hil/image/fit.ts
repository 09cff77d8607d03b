import { type Chip, contains, endOf, overlaps, type Region } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';
import { architectureName, runsOn } from './arm-attributes.ts';
import { type Image, imageSize, type Segment, segmentEnd, wordAt } from './image.ts';

/**
 * Checks that every byte of an image lies in the chip's flash.
 * @throws HilError 623 (built for another core), 627 that says which part does not, and whether it is too large or in the wrong place.
 */
export function requireFlashFit(image: Image, chip: Chip): void {
  requireCoreFit(image, chip);
  for (const segment of image.segments) {
    if (contains(chip.flash, segment.address, segment.bytes.length)) continue;
    throw new HilError(627, `${image.name}: ${misfit(image, segment, chip)}`, {
      blame: 'test',
      context: {
        file: image.name,
        address: segment.address,
        length: segment.bytes.length,
        flashBase: chip.flash.base,
        flashSize: chip.flash.size,
      },
    });
  }
}

/**
 * Checks that the core can run what the image was built for. HEX and BIN files do not say it.
 * @throws HilError 623
 */
export function requireCoreFit({ name, builtFor }: Image, chip: Chip): void {
  if (builtFor === undefined) return;
  const refuse = (what: string): HilError =>
    new HilError(623, `${name}: it was built for ${what}; the ${chip.name} has a ${chip.core.name}`, {
      blame: 'test',
      context: { file: name, ...builtFor, chip: chip.name, core: chip.core.name },
    });
  if (!runsOn(builtFor, chip.core.architecture)) throw refuse(architectureName(builtFor));
  if (builtFor.hasFp && !chip.core.hasFpu) throw refuse(`${architectureName(builtFor)} with an FPU`);
}

function misfit(image: Image, segment: Segment, chip: Chip): string {
  const range = span({ base: segment.address, size: segment.bytes.length });
  const flash = `the flash of ${chip.name} (${span(chip.flash)})`;
  if (segment.address >= chip.flash.base && segment.address < endOf(chip.flash)) {
    const over = segmentEnd(segment) - endOf(chip.flash);
    return `${imageSize(image)} bytes are too large: ${range} ends ${over} bytes behind ${flash}`;
  }
  if (overlaps(chip.optionBytes, segment.address, segment.bytes.length))
    return `${range} would go into the option bytes, not into ${flash}`;
  if (overlaps(chip.sram, segment.address, segment.bytes.length))
    return `${range} is in RAM, not in ${flash}; was it linked to run from RAM?`;
  return `${range} is misplaced: it is not in ${flash}`;
}

export interface VectorTable {
  readonly stackPointer: number;
  /** With bit 0, the Thumb bit. */
  readonly reset: number;
}

/**
 * The first two words of a vector table in the image, if they can start a program: a stack pointer in or right behind RAM,
 * 8-byte aligned, and a reset vector with the Thumb bit that points into the image.
 * @returns the words, or in words what is wrong with them.
 */
export function vectorTableAt(image: Image, chip: Chip, address: number): VectorTable | string {
  const stackPointer = wordAt(image, address);
  const reset = wordAt(image, address + 4);
  const at = `0x${address.toString(16)}`;
  if (stackPointer === undefined || reset === undefined) return `the image has no two words at ${at}`;
  if (stackPointer <= chip.sram.base || stackPointer > endOf(chip.sram))
    return `the stack pointer at ${at} (0x${stackPointer.toString(16)}) is not in RAM`;
  if (stackPointer % 8 !== 0)
    return `the stack pointer at ${at} (0x${stackPointer.toString(16)}) is not 8-byte aligned`;
  if (reset % 2 === 0) return `the reset vector at ${at} (0x${reset.toString(16)}) lacks the Thumb bit`;
  if (wordAt(image, reset - 1 - ((reset - 1) % 4)) === undefined)
    return `the reset vector at ${at} (0x${reset.toString(16)}) points out of the image`;
  return { stackPointer, reset };
}

function span(region: Region): string {
  return `0x${region.base.toString(16).padStart(8, '0')}..0x${(endOf(region) - 1).toString(16).padStart(8, '0')}`;
}
