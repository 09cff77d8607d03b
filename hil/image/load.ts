import { readFileSync } from 'node:fs';
import { HilError } from '../error/hil-error.ts';
import { readBin } from './binary.ts';
import { readElf } from './elf.ts';
import type { Image } from './image.ts';
import { readHex } from './intel-hex.ts';

/**
 * Reads an image file: `.elf` (or no extension, or `.axf`, `.out`), `.hex` (or `.ihex`), `.bin`.
 * @param binAddress where the bytes of a BIN file go.
 * @throws HilError 620 (unreadable), 621 to 626 (bad content), 628 (no such format, or a BIN without an address).
 */
export function loadImage(path: string, binAddress?: number): Image {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  switch (extension) {
    case 'elf':
    case 'axf':
    case 'out':
    case '':
      return readElf(path, readFile(path));
    case 'hex':
    case 'ihex':
      return readHex(path, new TextDecoder('latin1').decode(readFile(path)));
    case 'bin':
      if (binAddress !== undefined) return readBin(path, readFile(path), binAddress);
      throw new HilError(628, `${path}: a BIN file does not say where it goes, and no address was given`, {
        blame: 'test',
        context: { file: path },
      });
    default:
      throw new HilError(628, `${path}: '.${extension}' is none of .elf, .hex, .bin`, {
        blame: 'test',
        context: { file: path },
      });
  }
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new HilError(620, `${path}: ${reason}`, { blame: 'test', cause: error, context: { file: path } });
  }
}
