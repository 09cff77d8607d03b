/** ARMv7-M A2.2.1 SignedSatQ, UnsignedSatQ: what does not fit is clipped, and Q remembers it. */
import type { CoreState } from '../state.ts';

export function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** `value` is a whole number of any size. */
export function saturateSigned(s: CoreState, value: number, bits: number): number {
  const limit = 2 ** (bits - 1);
  const result = clip(value, -limit, limit - 1);
  if (result !== value) s.v7m.q = 1;
  return result;
}

export function saturateUnsigned(s: CoreState, value: number, bits: number): number {
  const result = clip(value, 0, 2 ** bits - 1);
  if (result !== value) s.v7m.q = 1;
  return result;
}

/** A sum that wraps to 32 bits; Q says that it did. */
export function wrapSigned(s: CoreState, value: number): number {
  const result = value | 0;
  if (result !== value) s.v7m.q = 1;
  return result;
}
