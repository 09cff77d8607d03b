import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import { hexText } from '../trace/plain.ts';

const SHOWN = 16;

/**
 * Compares what was read with what was written. The ROM acknowledges writes to protected pages without writing (AN3155 3.6), so
 * only this tells.
 * @param erasedByte What erased flash reads
 * @throws HilError 307 with the first difference and their number.
 */
export function compareReadBack(
  board: string,
  address: number,
  expected: Uint8Array,
  found: Uint8Array,
  erasedByte: number,
): void {
  const first = expected.findIndex((byte, i) => byte !== found[i]);
  if (first < 0) return;
  const count = expected.reduce((sum, byte, i) => sum + (byte === found[i] ? 0 : 1), 0);
  const window = found.subarray(first, first + SHOWN);
  throw new HilError(
    307,
    `${board}: ${count} of ${expected.length} bytes read back from ${hex(address)} differ from what was written, the first at ${hex(address + first)}: expected ${hexText(expected.subarray(first, first + SHOWN))}, got ${hexText(window)}`,
    {
      context: {
        address: address + first,
        differentBytes: count,
        stillErased: window.every((byte) => byte === erasedByte),
      },
    },
  );
}
