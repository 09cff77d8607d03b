/** Conversions between single precision, integers, fixed point and half precision. ARMv7-M A7.7.226-A7.7.229 (documented). */
import { flushed, isInfinite, isNan, isSignalling, isZero, numberOf, processNan } from './operand.ts';
import {
  INFINITY,
  ROUND_MINUS,
  ROUND_NEAREST,
  ROUND_PLUS,
  roundingMode,
  roundToHalf,
  roundToSingle,
  SIGN,
} from './rounding.ts';
import type { FpuState } from './state.ts';
import { FPSCR_AHP, FPSCR_DN, FPSCR_IOC, FPSCR_IXC } from './state.ts';

function roundToInteger(x: number, mode: number): number {
  switch (mode) {
    case ROUND_NEAREST: {
      const floor = Math.floor(x);
      const rest = x - floor;
      return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
    }
    case ROUND_PLUS:
      return Math.ceil(x);
    case ROUND_MINUS:
      return Math.floor(x);
    default:
      return Math.trunc(x);
  }
}

/** FPToFixed: `operand * 2^fractionBits` as an integer of `size` bits, saturated, extended to 32 bits. */
export function toFixed(
  fpu: FpuState,
  operand: number,
  fractionBits: number,
  size: number,
  signed: boolean,
  mode: number,
): number {
  const a = flushed(fpu, operand);
  if (isNan(a)) {
    fpu.fpscr |= FPSCR_IOC;
    return 0;
  }
  const x = numberOf(a) * 2 ** fractionBits;
  const limit = 2 ** (signed ? size - 1 : size);
  const lowest = signed ? -limit : 0;
  const rounded = roundToInteger(x, mode);
  if (rounded >= limit || rounded < lowest) {
    fpu.fpscr |= FPSCR_IOC; // and not inexact
    return (rounded < lowest ? lowest : limit - 1) | 0;
  }
  if (rounded !== x) fpu.fpscr |= FPSCR_IXC;
  return rounded | 0;
}

/** FixedToFP for an integer that JavaScript holds as it is meant, signed or unsigned. */
export function fromFixed(fpu: FpuState, value: number, fractionBits: number, mode: number): number {
  return value === 0 ? 0 : roundToSingle(fpu, value * 2 ** -fractionBits, mode);
}

/** Half-precision denormals are never flushed (A2.5.5). */
export function halfToSingle(fpu: FpuState, half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31 && (fpu.fpscr & FPSCR_AHP) === 0) {
    const single = sign | INFINITY | (fraction << 13);
    return fraction === 0 ? single : processNan(fpu, single);
  }
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const top = 31 - Math.clz32(fraction); // normalize: the leading bit becomes the implicit one
  return sign | ((top + 103) << 23) | ((fraction << (23 - top)) & 0x7f_ffff);
}

/** The 16 bits of the half-precision number. */
export function singleToHalf(fpu: FpuState, operand: number): number {
  const a = flushed(fpu, operand);
  const alternative = (fpu.fpscr & FPSCR_AHP) !== 0;
  const sign = (a & SIGN) >>> 16;
  if (isNan(a)) {
    if (alternative) {
      fpu.fpscr |= FPSCR_IOC; // the alternative format has no NaN
      return sign;
    }
    if (isSignalling(a)) fpu.fpscr |= FPSCR_IOC;
    if ((fpu.fpscr & FPSCR_DN) !== 0) return 0x7e00;
    return sign | 0x7e00 | ((a >> 13) & 0x1ff);
  }
  if (isInfinite(a)) {
    if (!alternative) return sign | 0x7c00;
    fpu.fpscr |= FPSCR_IOC;
    return sign | 0x7fff;
  }
  if (isZero(a)) return sign;
  const half = roundToHalf(fpu, numberOf(a), roundingMode(fpu), alternative);
  if (half !== undefined) return half;
  fpu.fpscr |= FPSCR_IOC;
  return sign | 0x7fff;
}
