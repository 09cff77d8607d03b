/**
 * Rounding of an exact result to single or half precision, with the cumulative exception flags. ARMv7-M A2.5.4, FPRound.
 *
 * A result comes as a double. A double holds 29 bits more than a single, so where the exact result does not fit, `towards` makes
 * the last of them sticky ("round to odd") and every rounding mode still sees the right side of each boundary.
 */
import type { FpuState } from './state.ts';
import { FPSCR_FZ, FPSCR_IXC, FPSCR_OFC, FPSCR_UFC } from './state.ts';

// FPSCR.RMode
export const ROUND_NEAREST = 0;
export const ROUND_PLUS = 1;
export const ROUND_MINUS = 2;
export const ROUND_ZERO = 3;

export const SIGN = 0x8000_0000 | 0;
export const INFINITY = 0x7f80_0000;

const float64 = new Float64Array(1);
const halves = new Int32Array(float64.buffer);
// Which half holds the exponent depends on the host's byte order.
float64[0] = 1;
const LOW = halves[0] === 0 ? 0 : 1;
const HIGH = 1 - LOW;

export function roundingMode(fpu: FpuState): number {
  return (fpu.fpscr >> 22) & 3;
}

/** Neighbour of `x` on the side of the exact result `x + error`, unless `x` is odd already. */
export function towards(x: number, error: number): number {
  if (error === 0) return x;
  float64[0] = x;
  const low = halves[LOW]!;
  if ((low & 1) !== 0) return x;
  // Away from zero the magnitude grows; an even mantissa does so without a carry.
  if (x < 0 === error < 0) halves[LOW] = low | 1;
  else {
    halves[LOW] = low - 1;
    if (low === 0) halves[HIGH] = halves[HIGH]! - 1;
  }
  return float64[0]!;
}

/** `x` with its mantissa cut to 26 bits, so that its square and its products with a single are exact. */
export function truncated(x: number): number {
  float64[0] = x;
  halves[LOW] = halves[LOW]! & 0xf800_0000;
  return float64[0]!;
}

/** Round up the magnitude? `rest` is the guard bit and the sticky bit below `odd`'s. */
function roundsUp(mode: number, negative: boolean, odd: boolean, rest: number): boolean {
  switch (mode) {
    case ROUND_NEAREST:
      return rest > 2 || (rest === 2 && odd);
    case ROUND_PLUS:
      return !negative && rest !== 0;
    case ROUND_MINUS:
      return negative && rest !== 0;
    default:
      return false;
  }
}

/** The magnitude's bits in a format, not yet limited to its range; flags for underflow and inexactness are set. */
function roundMagnitude(fpu: FpuState, x: number, mode: number, fractionBits: number, bias: number): number {
  float64[0] = x;
  const high = halves[HIGH]!;
  const low = halves[LOW]!;
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  // 24 bits, guard and sticky
  const bits = (((high & 0xf_ffff) | 0x10_0000) << 5) | ((low >>> 27) & 0x1e) | ((low & 0x0fff_ffff) !== 0 ? 1 : 0);
  const minimum = 1 - bias;
  const tiny = exponent < minimum; // before rounding
  const shift = 23 - fractionBits + (tiny ? minimum - exponent : 0);
  const kept = shift > 26 ? 1 : (bits >>> shift) | ((bits & ((1 << shift) - 1)) !== 0 ? 1 : 0);
  const rest = kept & 3;
  let magnitude = kept >>> 2;
  if (rest !== 0) {
    fpu.fpscr |= tiny ? FPSCR_UFC | FPSCR_IXC : FPSCR_IXC;
    if (roundsUp(mode, x < 0, (magnitude & 1) !== 0, rest)) magnitude++;
  }
  return tiny ? magnitude : magnitude + (exponent - minimum) * 2 ** fractionBits;
}

/** True where an overflow gives the largest number, not infinity. */
function saturates(mode: number, negative: boolean): boolean {
  return mode === ROUND_ZERO || (mode === ROUND_PLUS && negative) || (mode === ROUND_MINUS && !negative);
}

/** Bits of the single nearest to `x` (finite, not zero) by `mode`. */
export function roundToSingle(fpu: FpuState, x: number, mode: number): number {
  const sign = x < 0 ? SIGN : 0;
  if ((fpu.fpscr & FPSCR_FZ) !== 0 && Math.abs(x) < 2 ** -126) {
    fpu.fpscr |= FPSCR_UFC; // flushed, and not inexact by that
    return sign;
  }
  const before = fpu.fpscr;
  const magnitude = roundMagnitude(fpu, x, mode, 23, 127);
  if (magnitude < INFINITY) return sign | magnitude;
  fpu.fpscr = before | FPSCR_OFC | FPSCR_IXC;
  return sign | (saturates(mode, x < 0) ? INFINITY - 1 : INFINITY);
}

/** Half precision; `undefined` for an overflow of the alternative format, which has no infinity. */
export function roundToHalf(fpu: FpuState, x: number, mode: number, alternative: boolean): number | undefined {
  const sign = x < 0 ? 0x8000 : 0;
  const before = fpu.fpscr;
  const magnitude = roundMagnitude(fpu, x, mode, 10, 15);
  if (magnitude < (alternative ? 0x8000 : 0x7c00)) return sign | magnitude;
  fpu.fpscr = before;
  if (alternative) return undefined;
  fpu.fpscr |= FPSCR_OFC | FPSCR_IXC;
  return sign | (saturates(mode, x < 0) ? 0x7bff : 0x7c00);
}
