/**
 * The packed form of a decoded ARMv7-M instruction, and helpers that several decoders share.
 *
 * Word: bits 7:0 operation, 11:8 d, 15:12 n, 19:16 m, 23:20 a (fourth register), 30:24 a small number (shift amount and the like),
 * 31 the instruction has two halfwords. A second array holds 32 bits more per instruction: an immediate, a branch target as a slot
 * index, or the encoding itself. The operation numbers are repeated as literals in execute.ts: switch labels that are not literals
 * cost a factor of twenty.
 */

/** What goes into the second array for the instruction decoded last. */
export const decoded = { operand: 0 };

export const WIDE = 0x8000_0000 | 0;

export const UNDEFINED = 84;

// Instructions that leave the hot loop: their operand is the encoding, first halfword on top.
export const COLD_DATA_IMMEDIATE = 200;
export const COLD_DATA_REGISTER = 201;
export const COLD_SINGLE_TRANSFER = 202;
export const COLD_MULTIPLE_TRANSFER = 203;
export const COLD_DUAL_TRANSFER = 204;
export const COLD_MULTIPLY = 205;
export const COLD_REGISTER = 206;
export const COLD_FP = 207;
export const COLD_NO_COPROCESSOR = 208;
export const COLD_PLAIN_IMMEDIATE = 209;
export const COLD_CLEAR_EXCLUSIVE = 210;

export function pack(op: number, d = 0, n = 0, m = 0, operand = 0, small = 0, a = 0): number {
  decoded.operand = operand;
  return op | (d << 8) | (n << 12) | (m << 16) | (a << 20) | (small << 24);
}

/** A branch: `op` takes a slot of this memory as its operand, `farOp` a byte offset from its start. */
export function branchTo(op: number, farOp: number, target: number, slots: number, d = 0): number {
  if (target >= 0 && target < slots) return pack(op, d, 0, 0, target);
  return pack(farOp, d, 0, 0, target * 2);
}

/** A5.3.2 ThumbExpandImm. */
export function expandImmediate(imm12: number): number {
  const imm8 = imm12 & 0xff;
  if ((imm12 & 0xc00) !== 0) {
    const rotation = imm12 >> 7;
    const value = 0x80 | (imm12 & 0x7f);
    return (value >>> rotation) | (value << (32 - rotation));
  }
  switch ((imm12 >> 8) & 3) {
    case 0:
      return imm8;
    case 1:
      return (imm8 << 16) | imm8;
    case 2:
      return (imm8 << 24) | (imm8 << 8);
    default:
      return (imm8 << 24) | (imm8 << 16) | (imm8 << 8) | imm8;
  }
}

/** i:imm3:imm8 of a 32-bit data processing encoding. */
export function immediate12(h: number, h2: number): number {
  return ((h & 0x400) << 1) | ((h2 >> 4) & 0x700) | (h2 & 0xff);
}

/** i:imm3:imm8 expanded by rotation: C becomes bit 31 of the result. A5.3.2. */
export function isRotated(imm12: number): boolean {
  return (imm12 & 0xc00) !== 0;
}
