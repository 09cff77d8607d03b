/**
 * Single-precision arithmetic on bit patterns, for all rounding modes, NaNs, denormals and flags: what the fast paths in
 * execute.ts do not serve. ARMv7-M A2.5, FPAdd, FPMul, FPDiv, FPSqrt, FPMulAdd, FPCompare (documented).
 */
import {
  flushed,
  invalid,
  isInfinite,
  isNan,
  isSignalling,
  isZero,
  numberOf,
  processNan,
  processNans,
} from './operand.ts';
import { INFINITY, ROUND_MINUS, roundingMode, roundToSingle, SIGN, towards, truncated } from './rounding.ts';
import type { FpuState } from './state.ts';
import { FPSCR_DZC, FPSCR_IOC } from './state.ts';

/** Rounded sum of two doubles that are not both zero, with the sign of an exact zero. */
function roundedSum(fpu: FpuState, x: number, y: number): number {
  const sum = x + y;
  const mode = roundingMode(fpu);
  if (sum === 0) return mode === ROUND_MINUS ? SIGN : 0;
  // The exact error of the double sum (Knuth's two-sum)
  const part = sum - x;
  const error = x - (sum - part) + (y - part);
  return roundToSingle(fpu, towards(sum, error), mode);
}

function sumOfZeros(fpu: FpuState, a: number, b: number): number {
  if (a === b) return a;
  return roundingMode(fpu) === ROUND_MINUS ? SIGN : 0;
}

export function addSingle(fpu: FpuState, left: number, right: number): number {
  const a = flushed(fpu, left);
  const b = flushed(fpu, right);
  if (isNan(a) || isNan(b)) return processNans(fpu, a, b);
  if (isInfinite(a)) return isInfinite(b) && a !== b ? invalid(fpu) : a;
  if (isInfinite(b)) return b;
  if (isZero(a) && isZero(b)) return sumOfZeros(fpu, a, b);
  return roundedSum(fpu, numberOf(a), numberOf(b));
}

export function subSingle(fpu: FpuState, a: number, b: number): number {
  return addSingle(fpu, a, isNan(b) ? b : b ^ SIGN); // a NaN keeps its sign
}

export function mulSingle(fpu: FpuState, left: number, right: number): number {
  const a = flushed(fpu, left);
  const b = flushed(fpu, right);
  if (isNan(a) || isNan(b)) return processNans(fpu, a, b);
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a) || isInfinite(b)) return isZero(a) || isZero(b) ? invalid(fpu) : sign | INFINITY;
  if (isZero(a) || isZero(b)) return sign;
  return roundToSingle(fpu, numberOf(a) * numberOf(b), roundingMode(fpu));
}

export function divSingle(fpu: FpuState, left: number, right: number): number {
  const a = flushed(fpu, left);
  const b = flushed(fpu, right);
  if (isNan(a) || isNan(b)) return processNans(fpu, a, b);
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a)) return isInfinite(b) ? invalid(fpu) : sign | INFINITY;
  if (isInfinite(b)) return sign;
  if (isZero(b)) {
    if (isZero(a)) return invalid(fpu);
    fpu.fpscr |= FPSCR_DZC;
    return sign | INFINITY;
  }
  if (isZero(a)) return sign;
  const x = numberOf(a);
  const y = numberOf(b);
  const quotient = truncated(x / y);
  const remainder = x - quotient * y;
  return roundToSingle(fpu, towards(quotient, y < 0 ? -remainder : remainder), roundingMode(fpu));
}

export function sqrtSingle(fpu: FpuState, operand: number): number {
  const a = flushed(fpu, operand);
  if (isNan(a)) return processNan(fpu, a);
  if (isZero(a)) return a;
  if (a < 0) return invalid(fpu);
  if (isInfinite(a)) return a;
  const x = numberOf(a);
  const root = truncated(Math.sqrt(x));
  return roundToSingle(fpu, towards(root, x - root * root), roundingMode(fpu));
}

/** `addend + left * right`, rounded once. */
export function mulAddSingle(fpu: FpuState, addend: number, left: number, right: number): number {
  const c = flushed(fpu, addend);
  const a = flushed(fpu, left);
  const b = flushed(fpu, right);
  const noProduct = (isInfinite(a) && isZero(b)) || (isZero(a) && isInfinite(b));
  if (isNan(c) || isNan(a) || isNan(b)) {
    const result = processNans(fpu, c, a, b);
    if (!noProduct || isSignalling(c)) return result;
    return invalid(fpu);
  }
  if (noProduct) return invalid(fpu);
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a) || isInfinite(b)) {
    const product = sign | INFINITY;
    return isInfinite(c) && c !== product ? invalid(fpu) : product;
  }
  if (isInfinite(c)) return c;
  if (isZero(a) || isZero(b)) {
    if (isZero(c)) return sumOfZeros(fpu, c, sign);
    return roundToSingle(fpu, numberOf(c), roundingMode(fpu));
  }
  return roundedSum(fpu, numberOf(a) * numberOf(b), numberOf(c));
}

/** FPSCR with the NZCV of the comparison; `signalsQuiet` is VCMPE. */
export function compareSingle(fpu: FpuState, left: number, right: number, signalsQuiet: boolean): void {
  const a = flushed(fpu, left);
  const b = flushed(fpu, right);
  let flags: number;
  if (isNan(a) || isNan(b)) {
    flags = 0x3000_0000;
    if (signalsQuiet || isSignalling(a) || isSignalling(b)) fpu.fpscr |= FPSCR_IOC;
  } else {
    const x = numberOf(a);
    const y = numberOf(b);
    flags = x === y ? 0x6000_0000 : x < y ? SIGN : 0x2000_0000;
  }
  fpu.fpscr = (fpu.fpscr & 0x0fff_ffff) | flags;
}
