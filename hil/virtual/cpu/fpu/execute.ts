/**
 * One instruction of coprocessors 10 and 11. ARMv7-M A7.7.225-A7.7.260 (documented).
 *
 * Rounding to nearest with ordinary operands and results is done in doubles here: a double sum, product, quotient or root rounded
 * once more to single is the correctly rounded single (53 >= 2 * 24 + 2). Everything else goes to arithmetic.ts and convert.ts.
 *
 * Cycles: Cortex-M4 Technical Reference Manual (ARM DDI 0439) table 7-1 (documented): 1, but VDIV and VSQRT 14, multiply and
 * accumulate 3, loads and stores 1 + words, transfers of two registers 2.
 */
import { addSingle, compareSingle, divSingle, mulAddSingle, mulSingle, sqrtSingle, subSingle } from './arithmetic.ts';
import { fromFixed, halfToSingle, singleToHalf, toFixed } from './convert.ts';
import { decodeFp } from './decode.ts';
import { contextReady, fpAllowed, prepareContext } from './frames.ts';
import { ROUND_NEAREST, ROUND_ZERO, roundingMode, SIGN, towards } from './rounding.ts';
import type { FpCore, FpStatus, FpuState } from './state.ts';
import { FP_DONE, FP_NOCP, FP_UNDEFINED, FPSCR_FZ, FPSCR_IXC } from './state.ts';
import { loadOrStore, loadOrStoreMultiple, movePair, moveStatus } from './transfer.ts';

const SMALLEST_NORMAL = 2 ** -126;
/** With none of these bits set in FPSCR, results round to nearest and denormals count. */
const UNUSUAL = FPSCR_FZ | 0x00c0_0000;

// Decoded instructions by a hash of their bits; an entry is right when its tag is.
const CACHE_SIZE = 4096;
const tags = new Int32Array(CACHE_SIZE);
const decoded = new Int32Array(CACHE_SIZE);

function lookUp(hw1: number, hw2: number): number {
  const bits = (hw1 << 16) | hw2;
  const at = (hw2 ^ (hw1 << 5) ^ (hw2 >> 9)) & (CACHE_SIZE - 1);
  if (tags[at] !== bits) {
    tags[at] = bits;
    decoded[at] = decodeFp(hw1, hw2);
  }
  return decoded[at]!;
}

/**
 * Run the FP instruction `hw1 hw2` (hw1 = 0xEC00..0xEFFF or 0xFC00..0xFFFF with coprocessor 10 or 11 in hw2 bits 11:8).
 *
 * The caller has put flags and cycles into the state and counted the first cycle; r[15] is the address of the *next* instruction.
 * VMRS APSR_nzcv changes the flags in the state. Where it returns anything but FP_DONE or throws (bus fault, stall), the core
 * registers are as before and the instruction can start over.
 */
export function executeFp(s: FpCore, hw1: number, hw2: number): FpStatus {
  if (!fpAllowed(s)) return FP_NOCP;
  const w = lookUp(hw1, hw2);
  if (w === 0) return FP_UNDEFINED;
  if (!contextReady(s)) prepareContext(s);
  const { fpu } = s;
  const x = fpu.s;
  const d = (w >> 6) & 31;
  const n = (w >> 11) & 31;
  const m = (w >> 16) & 31;
  switch (w & 63) {
    case 1: // VMLA
      multiplyAccumulate(fpu, d, n, m, 0, 0);
      s.k += 2;
      break;
    case 2: // VMLS
      multiplyAccumulate(fpu, d, n, m, 0, SIGN);
      s.k += 2;
      break;
    case 3: // VNMLS
      multiplyAccumulate(fpu, d, n, m, SIGN, 0);
      s.k += 2;
      break;
    case 4: // VNMLA
      multiplyAccumulate(fpu, d, n, m, SIGN, SIGN);
      s.k += 2;
      break;
    case 5: // VMUL
      multiply(fpu, d, n, m);
      break;
    case 6: // VNMUL
      multiply(fpu, d, n, m);
      x[d] = x[d]! ^ SIGN;
      break;
    case 7: // VADD
      add(fpu, d, n, m);
      break;
    case 8: // VSUB
      subtract(fpu, d, n, m);
      break;
    case 9: // VDIV
      divide(fpu, d, n, m);
      s.k += 13;
      break;
    case 10: // VFNMS
      fusedMultiplyAccumulate(fpu, d, n, m, SIGN, 0);
      s.k += 2;
      break;
    case 11: // VFNMA
      fusedMultiplyAccumulate(fpu, d, n, m, SIGN, SIGN);
      s.k += 2;
      break;
    case 12: // VFMA
      fusedMultiplyAccumulate(fpu, d, n, m, 0, 0);
      s.k += 2;
      break;
    case 13: // VFMS
      fusedMultiplyAccumulate(fpu, d, n, m, 0, SIGN);
      s.k += 2;
      break;
    case 14: {
      // VMOV Sd, #immediate: VFPExpandImm
      const imm = w >> 21;
      x[d] = ((imm & 0x80) << 24) | ((imm & 0x40) !== 0 ? 0x3e00_0000 : 0x4000_0000) | ((imm & 0x3f) << 19);
      break;
    }
    case 15: // VMOV Sd, Sm
      x[d] = x[m]!;
      break;
    case 16: // VABS
      x[d] = x[m]! & 0x7fff_ffff;
      break;
    case 17: // VNEG
      x[d] = x[m]! ^ SIGN;
      break;
    case 18: // VSQRT
      squareRoot(fpu, d, m);
      s.k += 13;
      break;
    case 19: // VCVTB, VCVTT to single
      x[d] = halfToSingle(fpu, x[m]! >>> n);
      break;
    case 20: {
      // VCVTB, VCVTT to half
      const half = singleToHalf(fpu, x[m]!);
      x[d] = (x[d]! & ~(0xffff << n)) | (half << n);
      break;
    }
    case 21: // VCMP, VCMPE
      compare(fpu, d, m, n !== 0);
      break;
    case 22: // VCMP, VCMPE with zero
      compareSingle(fpu, x[d]!, 0, n !== 0);
      break;
    case 23: // VCVT to single
      fromInteger(fpu, d, n !== 0 ? x[m]! : x[m]! >>> 0);
      break;
    case 24: // VCVT, VCVTR to integer
      toInteger(fpu, d, m, (n & 1) !== 0, (n & 2) !== 0 ? ROUND_ZERO : roundingMode(fpu));
      break;
    case 25: // VCVT from fixed point
      x[d] = fromFixed(fpu, fixedOperand(x[d]!, n), (w >> 21) & 63, ROUND_NEAREST);
      break;
    case 26: // VCVT to fixed point
      x[d] = toFixed(fpu, x[d]!, (w >> 21) & 63, (n & 2) !== 0 ? 32 : 16, (n & 1) === 0, ROUND_ZERO);
      break;
    case 27: // VMOV Sm, Rt
      x[m] = s.r[n]!;
      break;
    case 28: // VMOV Rt, Sm
      s.r[n] = x[m]!;
      break;
    case 29: // VMSR
    case 30: // VMRS
      moveStatus(s, n, (w & 63) === 30);
      break;
    case 31: // VSTR
    case 32: // VLDR
      return loadOrStore(s, w, (w & 63) === 32);
    case 33: // VSTM
    case 34: // VLDM
      return loadOrStoreMultiple(s, w, (w & 63) === 34);
    case 35: // VMOV Sm, Sm1, Rt, Rt2
    case 36: // VMOV Rt, Rt2, Sm, Sm1
      movePair(s, w, (w & 63) === 36);
      break;
  }
  return FP_DONE;
}

/** The operand of a conversion from fixed point: bit 1 of `kind` says 32 bits, bit 0 unsigned. */
function fixedOperand(bits: number, kind: number): number {
  switch (kind) {
    case 0:
      return (bits << 16) >> 16;
    case 1:
      return bits & 0xffff;
    case 2:
      return bits;
    default:
      return bits >>> 0;
  }
}

/** No underflow, overflow or NaN has happened on the way to `x`. */
function isOrdinary(x: number): boolean {
  return x >= SMALLEST_NORMAL || x <= -SMALLEST_NORMAL || x === 0;
}

function add(fpu: FpuState, d: number, n: number, m: number): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const a = fpu.f[n]!;
    const b = fpu.f[m]!;
    const sum = a + b;
    const result = Math.fround(sum);
    if (result - result === 0) {
      // The larger operand's difference to the double sum is exact, so this sees every lost bit.
      if (result !== sum || sum - a !== b || sum - b !== a) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = addSingle(fpu, fpu.s[n]!, fpu.s[m]!);
}

function subtract(fpu: FpuState, d: number, n: number, m: number): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const a = fpu.f[n]!;
    const b = -fpu.f[m]!;
    const sum = a + b;
    const result = Math.fround(sum);
    if (result - result === 0) {
      if (result !== sum || sum - a !== b || sum - b !== a) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = subSingle(fpu, fpu.s[n]!, fpu.s[m]!);
}

function multiply(fpu: FpuState, d: number, n: number, m: number): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const product = fpu.f[n]! * fpu.f[m]!; // exact
    const result = Math.fround(product);
    if (result - result === 0 && isOrdinary(product)) {
      if (result !== product) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = mulSingle(fpu, fpu.s[n]!, fpu.s[m]!);
}

function divide(fpu: FpuState, d: number, n: number, m: number): void {
  const a = fpu.f[n]!;
  const b = fpu.f[m]!;
  if ((fpu.fpscr & UNUSUAL) === 0 && b !== 0) {
    const result = Math.fround(a / b);
    if (result - result === 0 && (result > SMALLEST_NORMAL || result < -SMALLEST_NORMAL)) {
      if (result * b !== a) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = divSingle(fpu, fpu.s[n]!, fpu.s[m]!);
}

function squareRoot(fpu: FpuState, d: number, m: number): void {
  const a = fpu.f[m]!;
  if ((fpu.fpscr & UNUSUAL) === 0 && a > 0) {
    const result = Math.fround(Math.sqrt(a));
    if (result - result === 0) {
      if (result * result !== a) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = sqrtSingle(fpu, fpu.s[m]!);
}

/** Sd = ±Sd ± Sn * Sm with the product rounded first; `flipAddend` and `flipProduct` are SIGN or 0. */
function multiplyAccumulate(
  fpu: FpuState,
  d: number,
  n: number,
  m: number,
  flipAddend: number,
  flipProduct: number,
): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const product = fpu.f[n]! * fpu.f[m]!;
    const rounded = Math.fround(product);
    const a = flipAddend !== 0 ? -fpu.f[d]! : fpu.f[d]!;
    const b = flipProduct !== 0 ? -rounded : rounded;
    const sum = a + b;
    const result = Math.fround(sum);
    if (result - result === 0 && isOrdinary(product)) {
      if (rounded !== product || result !== sum || sum - a !== b || sum - b !== a) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  const product = mulSingle(fpu, fpu.s[n]!, fpu.s[m]!) ^ flipProduct;
  fpu.s[d] = addSingle(fpu, fpu.s[d]! ^ flipAddend, product);
}

/** Sd = ±Sd ± Sn * Sm, rounded once. */
function fusedMultiplyAccumulate(
  fpu: FpuState,
  d: number,
  n: number,
  m: number,
  flipAddend: number,
  flipProduct: number,
): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const product = (flipProduct !== 0 ? -fpu.f[n]! : fpu.f[n]!) * fpu.f[m]!;
    const addend = flipAddend !== 0 ? -fpu.f[d]! : fpu.f[d]!;
    const sum = product + addend;
    const part = sum - product;
    const error = product - (sum - part) + (addend - part); // exact; NaN for what is not finite
    const result = Math.fround(towards(sum, error));
    if (result - result === 0 && (sum > SMALLEST_NORMAL || sum < -SMALLEST_NORMAL || sum === 0)) {
      if (result !== sum || error !== 0) fpu.fpscr |= FPSCR_IXC;
      fpu.f[d] = result;
      return;
    }
  }
  fpu.s[d] = mulAddSingle(fpu, fpu.s[d]! ^ flipAddend, fpu.s[n]! ^ flipProduct, fpu.s[m]!);
}

function compare(fpu: FpuState, d: number, m: number, signalsQuiet: boolean): void {
  const a = fpu.f[d]!;
  const b = fpu.f[m]!;
  if ((fpu.fpscr & FPSCR_FZ) !== 0 || !(a <= b || a > b)) {
    compareSingle(fpu, fpu.s[d]!, fpu.s[m]!, signalsQuiet);
    return;
  }
  const flags = a === b ? 0x6000_0000 : a < b ? SIGN : 0x2000_0000;
  fpu.fpscr = (fpu.fpscr & 0x0fff_ffff) | flags;
}

function fromInteger(fpu: FpuState, d: number, value: number): void {
  if ((fpu.fpscr & UNUSUAL) === 0) {
    const result = Math.fround(value);
    if (result !== value) fpu.fpscr |= FPSCR_IXC;
    fpu.f[d] = result;
  } else fpu.s[d] = fromFixed(fpu, value, 0, roundingMode(fpu));
}

function toInteger(fpu: FpuState, d: number, m: number, signed: boolean, mode: number): void {
  const a = fpu.f[m]!;
  if (mode === ROUND_ZERO && (fpu.fpscr & FPSCR_FZ) === 0 && a < 2_147_483_648 && a > (signed ? -2_147_483_649 : -1)) {
    const result = Math.trunc(a);
    if (result !== a) fpu.fpscr |= FPSCR_IXC;
    fpu.s[d] = result;
  } else fpu.s[d] = toFixed(fpu, fpu.s[m]!, 0, 32, signed, mode);
}
