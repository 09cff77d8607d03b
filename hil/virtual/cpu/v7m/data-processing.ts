/** Data processing in all its 32-bit forms. ARMv7-M A5.3.1, A5.3.3, A5.3.11; operations A7.7, shifts A7.4.2. */
import type { CoreState } from '../state.ts';
import { expandImmediate, immediate12, isRotated } from './encoding.ts';
import { saturateSigned, saturateUnsigned } from './saturate.ts';

/** Result and carry out of `Shift_C`; `carry` is read at once by the caller. */
let carry = 0;

function shift(value: number, type: number, imm5: number, carryIn: number): number {
  carry = carryIn;
  switch (type) {
    case 0:
      if (imm5 === 0) return value;
      carry = (value >>> (32 - imm5)) & 1;
      return value << imm5;
    case 1:
      carry = imm5 === 0 ? value >>> 31 : (value >>> (imm5 - 1)) & 1;
      return imm5 === 0 ? 0 : value >>> imm5;
    case 2:
      carry = imm5 === 0 ? value >>> 31 : (value >> (imm5 - 1)) & 1;
      return value >> (imm5 === 0 ? 31 : imm5);
    default:
      if (imm5 === 0) {
        carry = value & 1; // RRX
        return (carryIn << 31) | (value >>> 1);
      }
      carry = (value >>> (imm5 - 1)) & 1;
      return (value >>> imm5) | (value << (32 - imm5));
  }
}

function setResult(s: CoreState, d: number, result: number): void {
  s.r[d] = d === 13 ? result & ~3 : result;
}

function logical(s: CoreState, d: number, result: number, setFlags: boolean): void {
  if (setFlags) {
    s.n = s.z = result | 0;
    s.c = carry;
  }
  if (d !== 15) setResult(s, d, result);
}

function addWithCarry(s: CoreState, d: number, a: number, b: number, carryIn: number, setFlags: boolean): void {
  const sum = (a >>> 0) + (b >>> 0) + carryIn;
  const result = sum | 0;
  if (setFlags) {
    s.n = s.z = result;
    s.c = sum > 0xffff_ffff ? 1 : 0;
    s.v = (a ^ result) & (b ^ result);
  }
  if (d !== 15) setResult(s, d, result);
}

/** The operation of bits 8:5; Rd = 15 is a comparison, Rn = 15 a move. `carry` holds the shifter's carry out. */
function operate(s: CoreState, h: number, d: number, b: number): void {
  const setFlags = (h & 0x10) !== 0;
  const n = h & 15;
  const a = s.r[n]!;
  switch ((h >> 5) & 15) {
    case 0:
      logical(s, d, a & b, setFlags);
      break;
    case 1:
      logical(s, d, a & ~b, setFlags);
      break;
    case 2:
      logical(s, d, n === 15 ? b : a | b, setFlags);
      break;
    case 3:
      logical(s, d, n === 15 ? ~b : a | ~b, setFlags);
      break;
    case 4:
      logical(s, d, a ^ b, setFlags);
      break;
    case 8:
      addWithCarry(s, d, a, b, 0, setFlags);
      break;
    case 10:
      addWithCarry(s, d, a, b, s.c, setFlags);
      break;
    case 11:
      addWithCarry(s, d, a, ~b, s.c, setFlags);
      break;
    case 13:
      addWithCarry(s, d, a, ~b, 1, setFlags);
      break;
    case 14:
      addWithCarry(s, d, ~a, b, 1, setFlags);
      break;
    default:
      throw new Error(`data processing operation ${(h >> 5) & 15} has no meaning`);
  }
}

export function executeDataImmediate(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const imm12 = immediate12(h, h2);
  const b = expandImmediate(imm12);
  carry = isRotated(imm12) ? b >>> 31 : s.c;
  operate(s, h, (h2 >> 8) & 15, b);
}

export function executeDataRegister(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const d = (h2 >> 8) & 15;
  const b = shift(s.r[h2 & 15]!, (h2 >> 4) & 3, ((h2 >> 10) & 0x1c) | ((h2 >> 6) & 3), s.c);
  if (((h >> 5) & 15) === 6) {
    // PKHBT takes the low half of Rn, PKHTB the high one.
    const a = s.r[h & 15]!;
    s.r[d] = (h2 & 0x20) !== 0 ? (a & 0xffff_0000) | (b & 0xffff) : (b & 0xffff_0000) | (a & 0xffff);
  } else operate(s, h, d, b);
}

/** ADDW and SUBW to SP; SSAT, USAT and their 16-bit pairs. */
export function executePlainImmediate(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const d = (h2 >> 8) & 15;
  const a = s.r[h & 15]!;
  const op = (h >> 4) & 31;
  if (op === 0 || op === 10) {
    setResult(s, d, op === 0 ? a + immediate12(h, h2) : a - immediate12(h, h2));
    return;
  }
  const imm5 = ((h2 >> 10) & 0x1c) | ((h2 >> 6) & 3);
  const signed = op < 20;
  const bits = h2 & 31;
  const one = (value: number): number =>
    signed ? saturateSigned(s, value, bits + 1) : saturateUnsigned(s, value, bits);
  if ((op & 2) !== 0 && imm5 === 0) {
    const low = one((a << 16) >> 16);
    s.r[d] = (one(a >> 16) << 16) | (low & 0xffff);
  } else s.r[d] = one((op & 2) !== 0 ? a >> imm5 : a << imm5);
}
