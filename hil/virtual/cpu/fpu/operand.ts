/** Operands of FP instructions as bit patterns: denormals under flush-to-zero, and which NaN comes out. ARMv7-M A2.5.5, A2.5.6. */
import { INFINITY } from './rounding.ts';
import type { FpuState } from './state.ts';
import { FPSCR_DN, FPSCR_FZ, FPSCR_IDC, FPSCR_IOC } from './state.ts';

export const DEFAULT_NAN = 0x7fc0_0000;
const QUIET = 0x0040_0000;
const MAGNITUDE = 0x7fff_ffff;

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** Value of a single that is no NaN. */
export function numberOf(a: number): number {
  bits[0] = a;
  return float[0]!;
}

/** Bits of a number that is a single. */
export function bitsOf(x: number): number {
  float[0] = x;
  return bits[0]!;
}

export function isNan(a: number): boolean {
  return (a & MAGNITUDE) > INFINITY;
}

export function isSignalling(a: number): boolean {
  return isNan(a) && (a & QUIET) === 0;
}

export function isInfinite(a: number): boolean {
  return (a & MAGNITUDE) === INFINITY;
}

export function isZero(a: number): boolean {
  return (a & MAGNITUDE) === 0;
}

/** FPUnpack: with FPSCR.FZ a denormal operand counts as zero of its sign and is noted in IDC. */
export function flushed(fpu: FpuState, a: number): number {
  const magnitude = a & MAGNITUDE;
  if ((fpu.fpscr & FPSCR_FZ) === 0 || magnitude === 0 || magnitude >= 0x0080_0000) return a;
  fpu.fpscr |= FPSCR_IDC;
  return a & ~MAGNITUDE;
}

/** FPProcessNaN. */
export function processNan(fpu: FpuState, a: number): number {
  if ((a & QUIET) === 0) fpu.fpscr |= FPSCR_IOC;
  return (fpu.fpscr & FPSCR_DN) !== 0 ? DEFAULT_NAN : a | QUIET;
}

/** FPProcessNaNs for two or three operands in the manual's order, of which one is a NaN: signalling ones come first. */
export function processNans(fpu: FpuState, a: number, b: number, c = 0): number {
  if (isSignalling(a)) return processNan(fpu, a);
  if (isSignalling(b)) return processNan(fpu, b);
  if (isSignalling(c)) return processNan(fpu, c);
  return processNan(fpu, isNan(a) ? a : isNan(b) ? b : c);
}

/** The result of an operation that has none. */
export function invalid(fpu: FpuState): number {
  fpu.fpscr |= FPSCR_IOC;
  return DEFAULT_NAN;
}
