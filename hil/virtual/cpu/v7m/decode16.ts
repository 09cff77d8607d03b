/**
 * 16-bit Thumb encodings of ARMv7-M. ARM DDI 0403 A5.2. Inside an IT block most of them leave the flags alone (A7.3).
 * Operation numbers: see encoding.ts.
 */
import { branchTo, decoded, pack, UNDEFINED } from './encoding.ts';

// ADCS..MVNS by opcode bits 9:6 (A5.2.2): AND EOR LSL LSR ASR ADC SBC ROR TST RSB CMP CMN ORR MUL BIC MVN
const DATA_PROCESSING = 11;
/** The same without flags; TST, CMP and CMN set them always. */
const IT_DATA_PROCESSING = [119, 121, 140, 141, 142, 163, 164, 143, 19, 113, 21, 22, 120, 126, 122, 124];

function decodeShiftAddSub(h: number, inIt: boolean): number {
  const d = h & 7;
  const n = (h >> 3) & 7;
  const imm5 = (h >> 6) & 31;
  switch ((h >> 11) & 3) {
    case 0:
      if (imm5 === 0) return inIt ? pack(28, d, 0, n) : pack(2, d, n); // MOVS does not exist inside an IT block (UNPREDICTABLE)
      return pack(inIt ? 105 : 1, d, n, 0, imm5);
    case 1:
      return pack(inIt ? 106 : 3, d, n, 0, imm5 === 0 ? 32 : imm5);
    case 2:
      return pack(inIt ? 107 : 4, d, n, 0, imm5 === 0 ? 32 : imm5);
    default: {
      const m = (h >> 6) & 7;
      switch ((h >> 9) & 3) {
        case 0:
          return inIt ? pack(129, d, n, m) : pack(5, d, n, m);
        case 1:
          return inIt ? pack(123, d, n, m) : pack(6, d, n, m);
        case 2:
          return inIt ? pack(49, d, n, 0, m) : pack(7, d, n, 0, m);
        default:
          return inIt ? pack(49, d, n, 0, -m) : pack(8, d, n, 0, m);
      }
    }
  }
}

function decodeImmediate8(h: number, inIt: boolean): number {
  const d = (h >> 8) & 7;
  const imm = h & 0xff;
  switch ((h >> 11) & 3) {
    case 0:
      return pack(inIt ? 29 : 9, d, 0, 0, imm); // MOV
    case 1:
      return pack(10, 0, d, 0, imm); // CMP
    case 2:
      return pack(inIt ? 49 : 7, d, d, 0, imm); // ADD
    default:
      return inIt ? pack(49, d, d, 0, -imm) : pack(8, d, d, 0, imm); // SUB
  }
}

/** A5.2.3: ADD, CMP, MOV with high registers, BX, BLX. The PC as an operand gets operations of its own. */
function decodeSpecialData(h: number, slot: number): number {
  const m = (h >> 3) & 15;
  const d = ((h >> 4) & 8) | (h & 7);
  const pc = 2 * (slot + 2); // relative to the memory: the PC reads as the instruction's address + 4
  switch ((h >> 8) & 3) {
    case 0:
      if (d === 15) return m === 15 ? pack(UNDEFINED) : pack(98, 0, 0, m); // ADD PC, Rm
      return m === 15 ? pack(95, d, 0, 0, pc) : pack(27, d, d, m);
    case 1:
      return m === 15 || d === 15 ? pack(UNDEFINED) : pack(21, 0, d, m); // CMP
    case 2:
      if (d === 15) return m === 15 ? pack(86, 0, 0, 0, slot + 2) : pack(97, 0, 0, m); // MOV PC, Rm
      return m === 15 ? pack(96, d, 0, 0, pc) : pack(28, d, 0, m);
    default:
      if ((h & 7) !== 0 || m === 15) return pack(UNDEFINED); // UNPREDICTABLE encodings
      return pack((h & 0x80) !== 0 ? 32 : 31, 0, m);
  }
}

/** A5.2.5 */
function decodeMisc(h: number, slot: number, slots: number, inIt: boolean): number {
  switch ((h >> 8) & 15) {
    case 0: {
      const imm = (h & 0x7f) << 2;
      return pack(49, 13, 13, 0, (h & 0x80) !== 0 ? -imm : imm);
    }
    case 1:
    case 3:
    case 9:
    case 11: {
      const target = slot + 2 + (((h >> 4) & 0x20) | ((h >> 3) & 0x1f));
      const nonZero = (h >> 11) & 1;
      return branchTo(101 + nonZero, 165, target, slots, nonZero) | ((h & 7) << 12); // CBZ, CBNZ
    }
    case 2:
      return pack(51 + ((h >> 6) & 3), h & 7, (h >> 3) & 7); // SXTH SXTB UXTH UXTB
    case 4:
    case 5: {
      const list = (h & 0xff) | ((h & 0x100) !== 0 ? 0x4000 : 0);
      return list === 0 ? pack(UNDEFINED) : pack(58, 0, 13, 0, list);
    }
    case 6:
      // CPSIE, CPSID: bit 1 PRIMASK, bit 0 FAULTMASK
      return (h & 0xffec) === 0xb660 && (h & 3) !== 0 && !inIt ? pack(61, (h >> 4) & 1, h & 3) : pack(UNDEFINED);
    case 10: {
      const op = (h >> 6) & 3;
      return op === 2 ? pack(UNDEFINED) : pack(op === 3 ? 57 : 55 + op, h & 7, (h >> 3) & 7);
    }
    case 12:
    case 13: {
      const list = h & 0xff;
      if ((h & 0x100) !== 0) return pack(60, 0, 13, 0, list);
      return list === 0 ? pack(UNDEFINED) : pack(59, 0, 13, 0, list);
    }
    case 14:
      return pack(62, 0, 0, 0, h & 0xff);
    case 15:
      if ((h & 15) !== 0) {
        // IT. Condition 15, and "else" of AL, are UNPREDICTABLE.
        const noElse = (h & 0xf0) !== 0xe0 || (h & (h - 1) & 15) === 0;
        return inIt || (h & 0xf0) === 0xf0 || !noElse ? pack(UNDEFINED) : pack(100, 0, 0, 0, h & 0xff);
      }
      switch ((h >> 4) & 15) {
        case 2:
          return pack(64);
        case 3:
          return pack(65);
        case 4:
          return pack(66);
        default:
          return pack(63); // NOP, YIELD and unallocated hints
      }
    default:
      return pack(UNDEFINED);
  }
}

function decodeConditionalBranch(h: number, slot: number, slots: number): number {
  const condition = (h >> 8) & 15;
  if (condition === 14) return pack(UNDEFINED); // UDF
  if (condition === 15) return pack(85, 0, 0, 0, h & 0xff); // SVC
  return branchTo(70 + condition, 94, slot + 2 + ((h << 24) >> 24), slots, condition);
}

export function decode16(h: number, slot: number, slots: number, inIt: boolean): number {
  switch (h >> 12) {
    case 0:
    case 1:
      return decodeShiftAddSub(h, inIt);
    case 2:
    case 3:
      return decodeImmediate8(h, inIt);
    case 4: {
      if ((h & 0x0c00) === 0) {
        const op = (h >> 6) & 15;
        const d = h & 7;
        const m = (h >> 3) & 7;
        if (op === 9) return pack(inIt ? 113 : 20, d, m); // RSB #0
        return pack(inIt ? IT_DATA_PROCESSING[op]! : DATA_PROCESSING + op, d, d, m);
      }
      if ((h & 0x0800) === 0) return decodeSpecialData(h, slot);
      return pack(33, (h >> 8) & 7, 0, 0, ((slot + 2) >> 1) + (h & 0xff)); // LDR literal
    }
    case 5:
      return pack(34 + ((h >> 9) & 7), h & 7, (h >> 3) & 7, (h >> 6) & 7); // 34 STR .. 41 LDRSH
    case 6:
      return pack((h & 0x800) !== 0 ? 43 : 42, h & 7, (h >> 3) & 7, 0, ((h >> 6) & 31) << 2);
    case 7:
      return pack((h & 0x800) !== 0 ? 45 : 44, h & 7, (h >> 3) & 7, 0, (h >> 6) & 31);
    case 8:
      return pack((h & 0x800) !== 0 ? 47 : 46, h & 7, (h >> 3) & 7, 0, ((h >> 6) & 31) << 1);
    case 9:
      return pack((h & 0x800) !== 0 ? 43 : 42, (h >> 8) & 7, 13, 0, (h & 0xff) << 2);
    case 10:
      if ((h & 0x800) !== 0) return pack(49, (h >> 8) & 7, 13, 0, (h & 0xff) << 2); // ADD Rd, SP, #imm
      return pack(48, (h >> 8) & 7, 0, 0, (((slot + 2) >> 1) + (h & 0xff)) << 2); // ADR
    case 11:
      return decodeMisc(h, slot, slots, inIt);
    case 12: {
      const n = (h >> 8) & 7;
      const list = h & 0xff;
      if (list === 0) return pack(UNDEFINED);
      if ((h & 0x800) === 0) return pack(67, 0, n, 0, list);
      return pack((list & (1 << n)) !== 0 ? 69 : 59, 0, n, 0, list);
    }
    case 13:
      return decodeConditionalBranch(h, slot, slots);
    default:
      decoded.operand = 0;
      return branchTo(86, 99, slot + 2 + ((h << 21) >> 21), slots);
  }
}
