/** 32-bit arithmetic that JavaScript's operators lack. */

/** Bits 63:32 of the unsigned product. */
export function multiplyHighUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const other = al * bh + (middle & 0xffff);
  return (ah * bh + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Bits 63:32 of the signed product. */
export function multiplyHigh(a: number, b: number): number {
  return (multiplyHighUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

export function reverseBits(a: number): number {
  let x = ((a >>> 1) & 0x5555_5555) | ((a & 0x5555_5555) << 1);
  x = ((x >>> 2) & 0x3333_3333) | ((x & 0x3333_3333) << 2);
  x = ((x >>> 4) & 0x0f0f_0f0f) | ((x & 0x0f0f_0f0f) << 4);
  x = ((x >>> 8) & 0x00ff_00ff) | ((x & 0x00ff_00ff) << 8);
  return (x >>> 16) | (x << 16);
}

export function rotateRight(a: number, by: number): number {
  const n = by & 31;
  return n === 0 ? a : (a >>> n) | (a << (32 - n));
}

/** The signed halfword `which` (0 low, 1 high). */
export function halfword(a: number, which: number): number {
  return which !== 0 ? a >> 16 : (a << 16) >> 16;
}
