/**
 * Floating-point instructions with operands, drawn by a seed: the questions to which fixtures/oracle/fpv4-sp.bin holds the answers of
 * another implementation. Every instruction works on S0, S1 and S2 and leaves its result in S0.
 */
import { decodeFp } from './decode.ts';

export interface FpVector {
  readonly hw1: number;
  readonly hw2: number;
  readonly fpscr: number;
  /** S0, S1, S2 before. */
  readonly operands: readonly [number, number, number];
}

/** Arithmetic and conversions with d = 0, n = 1, m = 2, as halfword pairs. Fixed point works on S0 alone. */
const INSTRUCTIONS: readonly (readonly [string, number, number])[] = [
  ['VMLA', 0xee00, 0x0a81],
  ['VMLS', 0xee00, 0x0ac1],
  ['VNMLS', 0xee10, 0x0a81],
  ['VNMLA', 0xee10, 0x0ac1],
  ['VMUL', 0xee20, 0x0a81],
  ['VNMUL', 0xee20, 0x0ac1],
  ['VADD', 0xee30, 0x0a81],
  ['VADD', 0xee30, 0x0a81],
  ['VSUB', 0xee30, 0x0ac1],
  ['VSUB', 0xee30, 0x0ac1],
  ['VDIV', 0xee80, 0x0a81],
  ['VDIV', 0xee80, 0x0a81],
  ['VFNMS', 0xee90, 0x0a81],
  ['VFNMA', 0xee90, 0x0ac1],
  ['VFMA', 0xeea0, 0x0a81],
  ['VFMA', 0xeea0, 0x0a81],
  ['VFMS', 0xeea0, 0x0ac1],
  ['VABS', 0xeeb0, 0x0ac1],
  ['VNEG', 0xeeb1, 0x0a41],
  ['VSQRT', 0xeeb1, 0x0ac1],
  ['VSQRT', 0xeeb1, 0x0ac1],
  ['VCVTB.F32.F16', 0xeeb2, 0x0a41],
  ['VCVTT.F32.F16', 0xeeb2, 0x0ac1],
  ['VCVTB.F16.F32', 0xeeb3, 0x0a41],
  ['VCVTT.F16.F32', 0xeeb3, 0x0ac1],
  ['VCMP', 0xeeb4, 0x0a41],
  ['VCMPE', 0xeeb4, 0x0ac1],
  ['VCMP zero', 0xeeb5, 0x0a40],
  ['VCMPE zero', 0xeeb5, 0x0ac0],
  ['VCVT.F32.U32', 0xeeb8, 0x0a41],
  ['VCVT.F32.S32', 0xeeb8, 0x0ac1],
  ['VCVTR.U32.F32', 0xeebc, 0x0a41],
  ['VCVT.U32.F32', 0xeebc, 0x0ac1],
  ['VCVTR.S32.F32', 0xeebd, 0x0a41],
  ['VCVT.S32.F32', 0xeebd, 0x0ac1],
];

/** opc2 of the conversions from and to fixed point. */
const FIXED = [0xeeba, 0xeebb, 0xeebe, 0xeebf] as const;

const SPECIAL = [
  0x0000_0000, 0x0000_0001, 0x0000_0002, 0x0040_0000, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0100_0000,
  0x3380_0000, 0x33ff_ffff, 0x3400_0000, 0x3eff_ffff, 0x3f00_0000, 0x3f00_0001, 0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001,
  0x3fc0_0000, 0x4020_0000, 0x4b00_0000, 0x4b7f_ffff, 0x4b80_0001, 0x4eff_ffff, 0x4f00_0000, 0x4f7f_ffff, 0x4f80_0000,
  0x7f00_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fa5_5555, 0x7fbf_ffff, 0x7fc0_0000, 0x7fc1_2345, 0x7fff_ffff,
  0x477f_e000, 0x477f_efff, 0x477f_f000, 0x3880_0000, 0x387f_f000, 0x3300_0000, 0x3300_0001, 0x7c00, 0x7c01, 0x7e00,
  0x03ff, 0x0400, 0x7bff,
] as const;

/** What the kept answers were drawn with. */
export const KEPT_VECTORS = { seed: 20_260, count: 24_000 } as const;

/** xorshift32 */
function source(seed: number): (below: number) => number {
  let x = seed | 0 || 0x2545_f491;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

function operand(below: (n: number) => number): number {
  const sign = below(2) << 31;
  switch (below(8)) {
    case 0:
    case 1:
      return SPECIAL[below(SPECIAL.length)]! | sign;
    case 2: // around 1, with few bits
      return sign | ((120 + below(16)) << 23) | (below(16) << 19);
    case 3: // exponents near the ends
      return sign | ((below(2) === 0 ? below(30) : 225 + below(30)) << 23) | below(0x80_0000);
    case 4: // trailing bits alone
      return sign | ((100 + below(54)) << 23) | below(4);
    case 5: // around 1
      return sign | ((115 + below(24)) << 23) | below(0x80_0000);
    case 6: // integers' range
      return sign | ((140 + below(22)) << 23) | (below(0x1_0000) << below(8));
    default:
      return (below(0x1_0000) << 16) | below(0x1_0000);
  }
}

/** Where products and sums have no value, or more than one rule applies. */
const AWKWARD = [0, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000, 0x7fd5_5555, 0x3f80_0000, 0x0000_0001] as const;

/** Sometimes the second operand lies close to the first, for cancellation and ties. */
function operands(below: (n: number) => number): [number, number, number] {
  if (below(16) === 0) {
    const awkward = () => AWKWARD[below(AWKWARD.length)]! | (below(2) << 31);
    return [awkward(), awkward(), awkward()];
  }
  const s0 = operand(below);
  let s1 = operand(below);
  let s2 = operand(below);
  if (below(6) === 0) s2 = s1 ^ (below(4) | (below(2) << 31));
  if (below(8) === 0) s1 = (s1 & ~0xfff) | 0;
  return [s0 | 0, s1 | 0, s2 | 0];
}

function instruction(below: (n: number) => number): readonly [number, number] {
  if (below(8) === 0) {
    // 16 or 32 bits with 0 to 16 or 32 of them behind the point: imm4:i is size minus that
    const size = below(2);
    const immediate = below(size === 0 ? 17 : 32);
    return [FIXED[below(4)]!, 0x0a40 | (size << 7) | ((immediate & 1) << 5) | (immediate >> 1)];
  }
  const [, hw1, hw2] = INSTRUCTIONS[below(INSTRUCTIONS.length)]!;
  return [hw1, hw2];
}

export function fpVectors(seed: number, count: number): FpVector[] {
  const below = source(seed);
  return Array.from({ length: count }, () => {
    const [hw1, hw2] = instruction(below);
    // RMode; FZ, DN and AHP seldom
    const fpscr = (below(4) << 22) | (below(4) === 0 ? 0x0100_0000 : 0) | (below(6) === 0 ? 0x0200_0000 : 0);
    const alternative = below(6) === 0 ? 0x0400_0000 : 0;
    const nearest = below(2) === 0 ? ~0x00c0_0000 : ~0;
    return { hw1, hw2, fpscr: (fpscr & nearest) | alternative, operands: operands(below) };
  });
}

export function nameOf(vector: FpVector): string {
  const known = INSTRUCTIONS.find(([, hw1, hw2]) => hw1 === vector.hw1 && hw2 === vector.hw2);
  return known?.[0] ?? `VCVT fixed point, packed 0x${decodeFp(vector.hw1, vector.hw2).toString(16)}`;
}
