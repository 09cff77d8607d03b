import { readFileSync } from 'node:fs';
import { HilError } from '../error/hil-error.ts';
import type { VirtualBoardOptions } from './board-types.ts';
import type { BoardSpec } from './host-types.ts';

/** Read the images a spec names. Throws HilError 645 for a file that cannot be read or is no image. */
export function loadBoardOptions(spec: BoardSpec): VirtualBoardOptions {
  const flash = flashOf(spec);
  return {
    name: spec.name,
    model: spec.model,
    ...(spec.romId === undefined ? {} : { romId: spec.romId }),
    rom: read(spec, spec.romPath, 'the stand-in ROM'),
    ...(flash === undefined ? {} : { flash }),
    seed: spec.seed,
  };
}

function flashOf(spec: BoardSpec): Uint8Array | undefined {
  if (spec.blank === true) return undefined;
  if (spec.flash !== undefined) return spec.flash;
  return spec.flashPath === undefined ? undefined : read(spec, spec.flashPath, 'the flash content');
}

function read(spec: BoardSpec, path: string, what: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new HilError(645, `virtual board ${spec.name}: ${what} cannot be read from ${path}`, {
      blame: 'test',
      context: { path },
      cause,
    });
  }
}
