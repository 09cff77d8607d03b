/**
 * Decoding of coprocessor 10 and 11 instructions into packed words. ARMv7-M A6.4-A6.7 (documented).
 *
 * A packed word holds the operation in bits 5:0 (numbers below; execute.ts switches on the literals, which V8 compiles to a jump
 * table), d in 10:6, n (FP or core register) in 15:11, m in 20:16 and for loads and stores an immediate in 28:21.
 * 0 is undefined, as every arithmetic on double precision is.
 */

/** A register of the double-precision view is a pair of singles: its first, or -1 where there is no such register (D16-D31). */
function doubleRegister(high: number, low: number): number {
  return high !== 0 ? -1 : 2 * low;
}

function pack(op: number, d: number, n: number, m: number, immediate = 0): number {
  return op | (d << 6) | (n << 11) | (m << 16) | (immediate << 21);
}

export function decodeFp(hw1: number, hw2: number): number {
  if ((hw1 & 0xf000) !== 0xe000) return 0;
  if ((hw1 & 0x0f00) !== 0x0e00) return decodeMemory(hw1, hw2);
  if ((hw2 & 0x10) !== 0) return decodeTransfer(hw1, hw2);
  return (hw2 & 0x100) !== 0 ? 0 : decodeArithmetic(hw1, hw2);
}

function decodeArithmetic(hw1: number, hw2: number): number {
  const d = ((hw2 >> 11) & 0x1e) | ((hw1 >> 6) & 1);
  const n = ((hw1 << 1) & 0x1e) | ((hw2 >> 7) & 1);
  const m = ((hw2 << 1) & 0x1e) | ((hw2 >> 5) & 1);
  const other = (hw2 >> 6) & 1;
  switch (((hw1 >> 5) & 4) | ((hw1 >> 4) & 3)) {
    case 0: // VMLA, VMLS
      return pack(1 + other, d, n, m);
    case 1: // VNMLS, VNMLA
      return pack(3 + other, d, n, m);
    case 2: // VMUL, VNMUL
      return pack(5 + other, d, n, m);
    case 3: // VADD, VSUB
      return pack(7 + other, d, n, m);
    case 4: // VDIV
      return other === 0 ? pack(9, d, n, m) : 0;
    case 5: // VFNMS, VFNMA
      return pack(10 + other, d, n, m);
    case 6: // VFMA, VFMS
      return pack(12 + other, d, n, m);
    default:
      return other === 0 ? pack(14, d, 0, 0, ((hw1 & 15) << 4) | (hw2 & 15)) : decodeUnary(hw1, hw2, d, m); // VMOV immediate
  }
}

/** The instructions with one operand, by opc2 (hw1 bits 3:0) and the upper bit of opc3. */
function decodeUnary(hw1: number, hw2: number, d: number, m: number): number {
  const upper = (hw2 >> 7) & 1;
  const opc2 = hw1 & 15;
  switch (opc2) {
    case 0: // VMOV, VABS
      return pack(15 + upper, d, 0, m);
    case 1: // VNEG, VSQRT
      return pack(17 + upper, d, 0, m);
    case 2: // VCVTB, VCVTT to single
      return pack(19, d, 16 * upper, m);
    case 3: // VCVTB, VCVTT to half
      return pack(20, d, 16 * upper, m);
    case 4: // VCMP, VCMPE
      return pack(21, d, upper, m);
    case 5: // VCMP, VCMPE with zero
      return pack(22, d, upper, 0);
    case 8: // VCVT from unsigned, from signed
      return pack(23, d, upper, m);
    case 12:
    case 13: // VCVTR, VCVT to unsigned, to signed
      return pack(24, d, 2 * upper + (opc2 & 1), m);
    case 10:
    case 11:
    case 14:
    case 15: {
      // VCVT with fixed point: bit 2 of opc2 to fixed, bit 0 unsigned
      const size = upper !== 0 ? 32 : 16;
      const fractionBits = size - m; // imm4:i stands where Sm does
      if (fractionBits < 0) return 0; // UNPREDICTABLE
      return pack((opc2 & 4) !== 0 ? 26 : 25, d, (size === 32 ? 2 : 0) + (opc2 & 1), 0, fractionBits);
    }
    default:
      return 0;
  }
}

/** Transfers of 32 bits between core and FP registers. */
function decodeTransfer(hw1: number, hw2: number): number {
  const t = hw2 >> 12;
  const toCore = (hw1 >> 4) & 1;
  const opc1 = (hw1 >> 5) & 7;
  const high = (hw2 >> 7) & 1;
  const row = hw1 & 15;
  if ((hw2 & 0x100) === 0) {
    if (opc1 === 0) return pack(27 + toCore, 0, t, 2 * row + high); // VMOV Sn, Rt and back
    if (opc1 === 7 && row === 1) return pack(29 + toCore, 0, t, 0); // VMSR, VMRS: FPSCR is all there is
    return 0;
  }
  // VMOV Dd[x], Rt and back: 32-bit scalars alone
  if ((opc1 & 6) !== 0 || (hw2 & 0x60) !== 0) return 0;
  const d = doubleRegister(high, row);
  return d < 0 ? 0 : pack(27 + toCore, 0, t, d + (opc1 & 1));
}

/** VLDR, VSTR, VLDM, VSTM (VPUSH, VPOP) and the transfers of 64 bits. */
function decodeMemory(hw1: number, hw2: number): number {
  const single = (hw2 & 0x100) === 0;
  const high = (hw1 >> 6) & 1;
  const row = hw2 >> 12;
  const base = hw1 & 15;
  const isLoad = (hw1 >> 4) & 1;
  const mode = (hw1 >> 7) & 3; // P, U
  const writeBack = (hw1 >> 5) & 1;
  if (mode === 0) return decodePairTransfer(hw1, hw2);
  const d = single ? 2 * row + high : doubleRegister(high, row);
  if (d < 0) return 0;
  const words = hw2 & 0xff;
  if ((mode & 2) !== 0 && writeBack === 0) {
    // VSTR, VLDR; m is U and the size
    return pack(31 + isLoad, d, base, (mode & 1) | (single ? 0 : 2), words);
  }
  if (mode === 3) return 0;
  const registers = single ? words : words & ~1; // an odd count is FLDMX, which moves the base by one word more
  if (registers === 0 || d + registers > 32 || registers > 32) return 0; // UNPREDICTABLE
  // VSTM, VLDM; m is write-back, decrement before and the size
  return pack(33 + isLoad, d, base, writeBack | ((mode & 2) !== 0 ? 2 : 0) | (single ? 0 : 4), words);
}

function decodePairTransfer(hw1: number, hw2: number): number {
  const isPair = (hw1 & 0x1e0) === 0x040 && (hw2 & 0xd0) === 0x10;
  if (!isPair) return 0;
  const toCore = (hw1 >> 4) & 1;
  const high = (hw2 >> 5) & 1;
  const m = (hw2 & 0x100) === 0 ? 2 * (hw2 & 15) + high : doubleRegister(high, hw2 & 15);
  if (m < 0 || m === 31) return 0; // S31 has no successor: UNPREDICTABLE
  return pack(35 + toCore, hw1 & 15, hw2 >> 12, m);
}
