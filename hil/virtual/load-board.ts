import { readFileSync } from 'node:fs';
import { chips } from '../chip/lookup.ts';
import { HilError } from '../error/hil-error.ts';
import { toBin } from '../image/binary.ts';
import { loadImage } from '../image/load.ts';
import type { VirtualBoardOptions } from './board-types.ts';
import type { BoardSpec } from './host-types.ts';

/** Where every STM32 has its flash. */
const FLASH_BASE = 0x0800_0000;

/**
 * Read the images a spec names.
 *
 * @throws HilError 645 when the ROM cannot be read, or an image does not begin in flash; 620 .. 628 as `loadImage` for the flash.
 */
export function loadBoardOptions(spec: BoardSpec): VirtualBoardOptions {
  const flash = flashOf(spec);
  return {
    name: spec.name,
    model: spec.model,
    ...(spec.romId === undefined ? {} : { romId: spec.romId }),
    rom: readRom(spec),
    ...(flash === undefined ? {} : { flash }),
    seed: spec.seed,
  };
}

function flashOf(spec: BoardSpec): Uint8Array | undefined {
  if (spec.blank === true) return undefined;
  if (spec.flash !== undefined) return spec.flash;
  if (spec.flashPath === undefined) return undefined;
  const { address, bytes } = toBin(loadImage(spec.flashPath, FLASH_BASE));
  if (address < FLASH_BASE) {
    throw new HilError(
      645,
      `virtual board ${spec.name}: ${spec.flashPath} begins at 0x${address.toString(16)}, not in flash`,
      {
        blame: 'test',
        context: { path: spec.flashPath, address },
      },
    );
  }
  const erased = chips.find((chip) => chip.board.name === spec.model)?.flash.erasedByte ?? 0xff;
  const flash = new Uint8Array(address - FLASH_BASE + bytes.length).fill(erased);
  flash.set(bytes, address - FLASH_BASE);
  return flash;
}

function readRom(spec: BoardSpec): Uint8Array {
  const path = spec.romPath;
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new HilError(645, `virtual board ${spec.name}: the stand-in ROM cannot be read from ${path}`, {
      blame: 'test',
      context: { path },
      cause,
    });
  }
}
