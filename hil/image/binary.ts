import { type Image, imageSize, makeImage, segmentEnd } from './image.ts';

/**
 * An image of plain bytes.
 * @throws HilError 625 if there are none.
 */
export function readBin(name: string, bytes: Uint8Array, address: number): Image {
  return makeImage(name, [{ address, bytes }]);
}

export interface FlatBytes {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Larger holes than this come from an image with two memories in it, which has no flat form worth having. */
const MAX_FLAT_BYTES = 16 * 1024 * 1024;

/**
 * The image as one run of bytes from its first address to its last; holes are filled with `fill`.
 * @throws RangeError if it would be larger than 16 MiB.
 */
export function toBin(image: Image, fill = 0xff): FlatBytes {
  const first = image.segments[0];
  const last = image.segments.at(-1);
  if (first === undefined || last === undefined) return { address: 0, bytes: new Uint8Array(0) };
  const size = segmentEnd(last) - first.address;
  if (size > MAX_FLAT_BYTES) {
    throw new RangeError(`${image.name}: ${imageSize(image)} bytes are spread over ${size} bytes; write it as HEX`);
  }
  const bytes = new Uint8Array(size).fill(fill);
  for (const segment of image.segments) bytes.set(segment.bytes, segment.address - first.address);
  return { address: first.address, bytes };
}
