/**
 * 32-bit Thumb encodings of ARMv7-M with the DSP extension. ARM DDI 0403 A5.3.
 * What programs execute often gets an operation of the hot loop, all else one of its class (encoding.ts).
 */
import { decodeBranchOrControl } from './decode-control.ts';
import { decodeSingleTransfer } from './decode-transfer.ts';
import {
  COLD_DATA_IMMEDIATE,
  COLD_DATA_REGISTER,
  COLD_DUAL_TRANSFER,
  COLD_FP,
  COLD_MULTIPLE_TRANSFER,
  COLD_MULTIPLY,
  COLD_NO_COPROCESSOR,
  COLD_PLAIN_IMMEDIATE,
  COLD_REGISTER,
  expandImmediate,
  immediate12,
  isRotated,
  pack,
  UNDEFINED,
} from './encoding.ts';

const cold = (op: number, h: number, h2: number): number => pack(op, 0, 0, 0, (h << 16) | h2);

/** Hot operations without flags: AND BIC ORR ORN EOR - - - ADD - ADC SBC - SUB RSB; 0 = none. */
const IMMEDIATE_OPS = [109, 112, 110, 0, 111, 0, 0, 0, 49, 0, 0, 0, 0, 49, 113];

/** A5.3.1 */
function decodeDataImmediate(h: number, h2: number): number {
  const op = (h >> 5) & 15;
  const setFlags = (h & 0x10) !== 0;
  const n = h & 15;
  const d = (h2 >> 8) & 15;
  const imm12 = immediate12(h, h2);
  const imm = expandImmediate(imm12);
  const rotated = isRotated(imm12) ? 1 : 0;
  if (op === 5 || op === 6 || op === 7 || op === 9 || op === 12 || op === 15) return pack(UNDEFINED);
  if (d === 15 && setFlags) {
    if (op === 0) return pack(114, 0, n, 0, imm, rotated); // TST
    if (op === 8) return pack(118, 0, n, 0, imm); // CMN
    if (op === 13) return pack(10, 0, n, 0, imm); // CMP
    if (op !== 4) return pack(UNDEFINED);
  } else if (d === 13 || d === 15) return cold(COLD_DATA_IMMEDIATE, h, h2);
  if (n === 15 && !setFlags && op === 2) return pack(29, d, 0, 0, imm); // MOV
  if (n === 15 && !setFlags && op === 3) return pack(29, d, 0, 0, ~imm); // MVN
  if (n === 15) return cold(COLD_DATA_IMMEDIATE, h, h2);
  if (!setFlags) {
    const hot = IMMEDIATE_OPS[op]!;
    if (hot !== 0) return pack(hot, d, n, 0, op === 13 ? -imm | 0 : imm);
  } else if (op === 0)
    return pack(115, d, n, 0, imm, rotated); // ANDS
  else if (op === 8)
    return pack(7, d, n, 0, imm); // ADDS
  else if (op === 13) return pack(8, d, n, 0, imm); // SUBS
  return cold(COLD_DATA_IMMEDIATE, h, h2);
}

/** A5.3.3 */
function decodePlainImmediate(h: number, h2: number, slot: number): number {
  const n = h & 15;
  const d = (h2 >> 8) & 15;
  const imm12 = immediate12(h, h2);
  const lsb = ((h2 >> 10) & 0x1c) | ((h2 >> 6) & 3);
  const low5 = h2 & 31;
  if (d === 15) return pack(UNDEFINED);
  switch ((h >> 4) & 31) {
    case 0: // ADDW, ADR after
    case 10: {
      // SUBW, ADR before
      const imm = ((h >> 4) & 31) === 10 ? -imm12 : imm12;
      if (n === 15) return d === 13 ? pack(UNDEFINED) : pack(48, d, 0, 0, ((2 * (slot + 2)) & ~3) + imm);
      return d === 13 ? cold(COLD_PLAIN_IMMEDIATE, h, h2) : pack(49, d, n, 0, imm);
    }
    case 4: // MOVW
      return d === 13 ? pack(UNDEFINED) : pack(29, d, 0, 0, ((h & 15) << 12) | imm12);
    case 12: // MOVT
      return d === 13 ? pack(UNDEFINED) : pack(30, d, 0, 0, ((h & 15) << 28) | (imm12 << 16));
    case 16:
    case 18:
    case 24:
    case 26:
      return n === 15 || d === 13 ? pack(UNDEFINED) : cold(COLD_PLAIN_IMMEDIATE, h, h2); // SSAT, USAT and the pairs
    case 20: // SBFX
    case 28: // UBFX
      if (n === 15 || d === 13 || lsb + low5 > 31) return pack(UNDEFINED);
      return pack(((h >> 4) & 31) === 20 ? 137 : 136, d, n, 0, 31 - low5, lsb);
    case 22: {
      if (d === 13 || low5 < lsb) return pack(UNDEFINED);
      const mask = (0xffff_ffff >>> (31 - (low5 - lsb))) << lsb;
      return n === 15 ? pack(139, d, 0, 0, mask) : pack(138, d, n, 0, mask, lsb); // BFC, BFI
    }
    default:
      return pack(UNDEFINED);
  }
}

/** Flag-setting operations of the 16-bit set for an unshifted register, by op; 0 = none. */
const REGISTER_S_OPS = [11, 25, 23, 0, 12, 0, 0, 0, 5, 0, 16, 17, 0, 6, 0];
/** Without flags, unshifted. */
const REGISTER_OPS = [119, 122, 120, 0, 121, 0, 0, 0, 129, 0, 163, 164, 0, 123, 0];
/** Without flags, shifted left by a constant. */
const SHIFTED_OPS = [132, 0, 131, 0, 133, 0, 0, 0, 129, 0, 0, 0, 0, 130, 0];

/** A5.3.11 */
function decodeDataRegister(h: number, h2: number): number {
  const op = (h >> 5) & 15;
  const setFlags = (h & 0x10) !== 0;
  const n = h & 15;
  const d = (h2 >> 8) & 15;
  const m = h2 & 15;
  const type = (h2 >> 4) & 3;
  const imm5 = ((h2 >> 10) & 0x1c) | ((h2 >> 6) & 3);
  if (op === 5 || op === 7 || op === 9 || op === 12 || op === 15) return pack(UNDEFINED);
  if (op === 6) return setFlags || (type & 1) !== 0 ? pack(UNDEFINED) : cold(COLD_DATA_REGISTER, h, h2); // PKH
  if (m === 15) return pack(UNDEFINED);
  const plain = type === 0 && imm5 === 0;
  if (d === 15) {
    if (!setFlags || (op !== 0 && op !== 4 && op !== 8 && op !== 13)) return pack(UNDEFINED);
    if (plain && op === 0) return pack(19, 0, n, m); // TST
    if (plain && op === 8) return pack(22, 0, n, m); // CMN
    if (plain && op === 13) return pack(21, 0, n, m); // CMP
    return cold(COLD_DATA_REGISTER, h, h2);
  }
  if (n === 15 && op === 2 && d !== 13) {
    if (plain) return setFlags ? pack(2, d, m) : pack(28, d, 0, m); // MOV
    if (type === 0) return pack(setFlags ? 1 : 105, d, m, 0, imm5);
    if (type === 1) return pack(setFlags ? 3 : 106, d, m, 0, imm5 === 0 ? 32 : imm5);
    if (type === 2) return pack(setFlags ? 4 : 107, d, m, 0, imm5 === 0 ? 32 : imm5);
    if (!setFlags && imm5 !== 0) return pack(108, d, m, 0, imm5); // ROR
    return cold(COLD_DATA_REGISTER, h, h2);
  }
  if (d === 13 || n === 15) {
    if (n === 15 && op === 3 && plain && d !== 13) return pack(setFlags ? 26 : 124, d, 0, m); // MVN
    return cold(COLD_DATA_REGISTER, h, h2);
  }
  const hot = plain ? (setFlags ? REGISTER_S_OPS : REGISTER_OPS)[op]! : type === 0 && !setFlags ? SHIFTED_OPS[op]! : 0;
  return hot !== 0 ? pack(hot, d, n, m, 0, imm5) : cold(COLD_DATA_REGISTER, h, h2);
}

/** A5.3.5 */
function decodeMultipleTransfer(h: number, h2: number): number {
  const n = h & 15;
  const op = (h >> 7) & 3;
  const load = (h & 0x10) !== 0;
  const writeBack = (h & 0x20) !== 0;
  let count = 0;
  for (let list = h2; list !== 0; list &= list - 1) count++;
  if (op === 0 || op === 3) return pack(UNDEFINED); // SRS, RFE
  if (n === 15 || count < 2 || (h2 & 0x2000) !== 0) return pack(UNDEFINED);
  if (load ? (h2 & 0xc000) === 0xc000 : (h2 & 0x8000) !== 0) return pack(UNDEFINED);
  if (writeBack && (h2 & (1 << n)) !== 0) return pack(UNDEFINED);
  if (writeBack && op === 1) {
    if (!load) return pack(67, 0, n, 0, h2);
    return (h2 & 0x8000) !== 0 ? pack(60, 0, n, 0, h2 & 0x7fff) : pack(59, 0, n, 0, h2);
  }
  if (writeBack && !load) return pack(58, 0, n, 0, h2);
  return cold(COLD_MULTIPLE_TRANSFER, h, h2);
}

/** A5.3.6 */
function decodeDualTransfer(h: number, h2: number): number {
  const n = h & 15;
  const load = (h & 0x10) !== 0;
  const t = h2 >> 12;
  const t2 = (h2 >> 8) & 15;
  const bits = (h >> 4) & 0x1f; // op1 at 4:3, op2 at 1:0
  if ((bits & 0x12) !== 0) {
    // LDRD, STRD: P or W set
    const offset = (h & 0x80) !== 0 ? (h2 & 0xff) << 2 : -((h2 & 0xff) << 2);
    if (t === 13 || t === 15 || t2 === 13 || t2 === 15 || (load && t === t2)) return pack(UNDEFINED);
    if (n === 15) return !load || (h & 0x20) !== 0 ? pack(UNDEFINED) : cold(COLD_DUAL_TRANSFER, h, h2);
    if ((h & 0x20) !== 0) return n === t || n === t2 ? pack(UNDEFINED) : cold(COLD_DUAL_TRANSFER, h, h2);
    return pack(load ? 152 : 153, t, n, 0, offset, 0, t2);
  }
  if ((bits & 0x18) === 0x08 && load && (h2 & 0xffe0) === 0xf000) {
    // TBB, TBH
    const m = h2 & 15;
    return n === 13 || m === 13 || m === 15 ? pack(UNDEFINED) : pack(103 + ((h2 >> 4) & 1), 0, n, m);
  }
  if ((bits & 0x18) === 0x08) {
    // LDREXB, LDREXH, STREXB, STREXH
    const size = (h2 >> 4) & 15;
    if ((size !== 4 && size !== 5) || t2 !== 15 || n === 15 || t === 13 || t === 15) return pack(UNDEFINED);
    const d = h2 & 15;
    if (load ? d !== 15 : d === 13 || d === 15 || d === n || d === t) return pack(UNDEFINED);
    return cold(COLD_DUAL_TRANSFER, h, h2);
  }
  if (n === 15 || t === 13 || t === 15) return pack(UNDEFINED);
  if (load ? t2 !== 15 : t2 === 13 || t2 === 15 || t2 === n || t2 === t) return pack(UNDEFINED);
  return cold(COLD_DUAL_TRANSFER, h, h2); // LDREX, STREX
}

/** A5.3.12: shifts by register, extensions, parallel additions, miscellaneous. */
function decodeDataProcessingRegister(h: number, h2: number): number {
  const n = h & 15;
  const d = (h2 >> 8) & 15;
  const m = h2 & 15;
  if ((h2 & 0xf000) !== 0xf000 || d === 13 || d === 15 || m === 13 || m === 15 || n === 13) return pack(UNDEFINED);
  const op1 = (h >> 4) & 15;
  const op2 = (h2 >> 4) & 15;
  if (op1 < 8 && op2 === 0) {
    if (n === 15) return pack(UNDEFINED);
    const type = op1 >> 1;
    const flagged = [13, 14, 15, 18][type]!;
    return pack((op1 & 1) !== 0 ? flagged : 140 + type, d, n, m);
  }
  if (op1 < 8) {
    if ((op2 & 8) === 0 || op1 > 5) return op1 < 8 ? pack(UNDEFINED) : 0;
    if (n === 15 && (op2 & 3) === 0 && op1 !== 2 && op1 !== 3) {
      return pack([51, 53, 0, 0, 52, 54][op1]!, d, m); // SXTH UXTH SXTB UXTB
    }
    return cold(COLD_REGISTER, h, h2);
  }
  if ((op2 & 8) === 0) {
    // Parallel: 000 ADD8, 001 ADD16, 010 ASX, 100 SUB8, 101 SUB16, 110 SAX
    const defined = (op1 & 3) !== 3 && (op2 & 3) !== 3 && n !== 15;
    return defined ? cold(COLD_REGISTER, h, h2) : pack(UNDEFINED);
  }
  if ((op1 & 0xc) !== 8 || (op2 & 0xc) !== 8) return pack(UNDEFINED);
  switch (op1 & 3) {
    case 0:
      return n === 15 ? pack(UNDEFINED) : cold(COLD_REGISTER, h, h2); // QADD and company
    case 1:
      if (n !== m) return pack(UNDEFINED);
      return pack([55, 56, 149, 57][op2 & 3]!, d, m); // REV REV16 RBIT REVSH
    case 2:
      return (op2 & 3) === 0 && n !== 15 ? cold(COLD_REGISTER, h, h2) : pack(UNDEFINED); // SEL
    default:
      return (op2 & 3) === 0 && n === m ? pack(148, d, m) : pack(UNDEFINED); // CLZ
  }
}

const badOperand = (register: number): boolean => register === 13 || register === 15;

/** A5.3.16 */
function decodeMultiply(h: number, h2: number): number {
  const n = h & 15;
  const a = h2 >> 12;
  const d = (h2 >> 8) & 15;
  const m = h2 & 15;
  const op1 = (h >> 4) & 7;
  const op2 = (h2 >> 4) & 15;
  if (badOperand(n) || badOperand(d) || badOperand(m) || a === 13) return pack(UNDEFINED);
  if (op1 === 0) {
    if (op2 === 0) return a === 15 ? pack(126, d, n, m) : pack(127, d, n, m, 0, 0, a); // MUL, MLA
    return op2 === 1 && a !== 15 ? pack(128, d, n, m, 0, 0, a) : pack(UNDEFINED); // MLS
  }
  const limit = op1 === 1 ? 3 : op1 === 7 ? 0 : 1;
  if (op2 > limit || (op1 === 6 && a === 15)) return pack(UNDEFINED);
  return cold(COLD_MULTIPLY, h, h2);
}

/** A5.3.17 */
function decodeLongMultiply(h: number, h2: number): number {
  const n = h & 15;
  const low = h2 >> 12;
  const high = (h2 >> 8) & 15;
  const m = h2 & 15;
  const op1 = (h >> 4) & 7;
  const op2 = (h2 >> 4) & 15;
  if (badOperand(n) || badOperand(high) || badOperand(m)) return pack(UNDEFINED);
  if (op1 === 1 || op1 === 3) {
    return op2 === 15 && low === 15 ? pack(op1 === 1 ? 144 : 145, high, n, m) : pack(UNDEFINED); // SDIV, UDIV
  }
  if (badOperand(low) || low === high) return pack(UNDEFINED);
  switch (op1) {
    case 0:
    case 2:
      return op2 === 0 ? pack(op1 === 0 ? 147 : 146, low, n, m, 0, 0, high) : pack(UNDEFINED); // SMULL, UMULL
    case 4: // SMLAL, SMLALxy, SMLALD
      return op2 === 0 || (op2 >= 8 && op2 <= 13) ? cold(COLD_MULTIPLY, h, h2) : pack(UNDEFINED);
    case 5: // SMLSLD
      return op2 === 12 || op2 === 13 ? cold(COLD_MULTIPLY, h, h2) : pack(UNDEFINED);
    case 6: // UMLAL, UMAAL
      return op2 === 0 || op2 === 6 ? cold(COLD_MULTIPLY, h, h2) : pack(UNDEFINED);
    default:
      return pack(UNDEFINED);
  }
}

/** A5.3.18: coprocessors 10 and 11 are the FPU's. All others do not exist: NOCP, whatever the encoding. */
function decodeCoprocessor(h: number, h2: number): number {
  const coprocessor = (h2 >> 8) & 15;
  if ((h & 0x0300) === 0x0300) return cold(COLD_NO_COPROCESSOR, h, h2);
  return cold((coprocessor & 0xe) === 10 ? COLD_FP : COLD_NO_COPROCESSOR, h, h2);
}

/** A5.3, by the first halfword. */
export function decode32(h: number, h2: number, slot: number, slots: number): number {
  if ((h & 0xec00) === 0xec00) return decodeCoprocessor(h, h2);
  if ((h & 0xf800) === 0xf000) {
    if ((h2 & 0x8000) !== 0) return decodeBranchOrControl(h, h2, slot, slots);
    return (h & 0x200) !== 0 ? decodePlainImmediate(h, h2, slot) : decodeDataImmediate(h, h2);
  }
  if ((h & 0xfe00) === 0xea00) return decodeDataRegister(h, h2);
  if ((h & 0xfe40) === 0xe800) return decodeMultipleTransfer(h, h2);
  if ((h & 0xfe40) === 0xe840) return decodeDualTransfer(h, h2);
  if ((h & 0xfe00) === 0xf800) return decodeSingleTransfer(h, h2, slot);
  if ((h & 0xff80) === 0xfb00) return decodeMultiply(h, h2);
  if ((h & 0xff80) === 0xfb80) return decodeLongMultiply(h, h2);
  return decodeDataProcessingRegister(h, h2);
}
