/**
 * ARMv6-M decoder: one or two halfwords to one packed word.
 *
 * Packed word: bits 7:0 operation, 11:8 d, 15:12 n, and either 19:16 m or 31:16 an unsigned immediate or register list.
 * PC-relative loads and ADR use 31:12 as a word index from the memory's start; branches use 31:8 as a slot (halfword) index.
 * The operation numbers are repeated as literals in execute.ts: switch labels that are not literals cost a factor of twenty.
 * Source of encodings: ARMv6-M Architecture Reference Manual (ARM DDI 0419) A5.2, A5.3.
 */

export const DECODE_NOW = 0;
export const UNDEFINED = 84;
/** Behind the last instruction of a memory. */
export const EDGE = 91;
/** A breakpoint comparator points here. */
export const HOOK = 92;

const pack = (op: number, d = 0, n = 0, high = 0): number => op | (d << 8) | (n << 12) | (high << 16);

// ADCS..MVNS by opcode bits 9:6 (A5.2.2): AND EOR LSL LSR ASR ADC SBC ROR TST RSB CMP CMN ORR MUL BIC MVN
const DATA_PROCESSING = 11;

function decodeShiftAddSub(h: number): number {
  const d = h & 7;
  const n = (h >> 3) & 7;
  const imm5 = (h >> 6) & 31;
  switch ((h >> 11) & 7) {
    case 0:
      return imm5 === 0 ? pack(2, d, n) : pack(1, d, n, imm5);
    case 1:
      return pack(3, d, n, imm5 === 0 ? 32 : imm5);
    case 2:
      return pack(4, d, n, imm5 === 0 ? 32 : imm5);
    default:
      return pack(5 + ((h >> 9) & 3), d, n, (h >> 6) & 7); // 5 ADD, 6 SUB register; 7 ADD, 8 SUB imm3
  }
}

function decodeImmediate8(h: number): number {
  const d = (h >> 8) & 7;
  const imm = h & 0xff;
  switch ((h >> 11) & 3) {
    case 0:
      return pack(9, d, 0, imm); // MOVS
    case 1:
      return pack(10, 0, d, imm); // CMP
    case 2:
      return pack(7, d, d, imm); // ADDS
    default:
      return pack(8, d, d, imm); // SUBS
  }
}

/** A5.2.3: ADD, CMP, MOV with high registers, BX, BLX. The PC as an operand gets operations of its own. */
function decodeSpecialData(h: number, slot: number): number {
  const m = (h >> 3) & 15;
  const d = ((h >> 4) & 8) | (h & 7);
  const nextWord = slot + 2; // PC reads as the instruction's address + 4
  switch ((h >> 8) & 3) {
    case 0:
      if (d === 15) return m === 15 ? pack(UNDEFINED) : pack(98, 0, m); // ADD PC, Rm
      return m === 15 ? 95 | (d << 8) | (nextWord << 12) : pack(27, d, d, m);
    case 1:
      return m === 15 || d === 15 ? pack(UNDEFINED) : pack(21, 0, d, m); // CMP
    case 2:
      if (d === 15) return m === 15 ? 86 | (nextWord << 8) : pack(97, 0, m); // MOV PC, Rm
      return m === 15 ? 96 | (d << 8) | (nextWord << 12) : pack(28, d, 0, m);
    default:
      if ((h & 7) !== 0 || m === 15) return pack(UNDEFINED); // UNPREDICTABLE encodings
      return pack((h & 0x80) !== 0 ? 32 : 31, 0, m);
  }
}

function decodeMisc(h: number): number {
  switch ((h >> 8) & 15) {
    case 0: {
      const imm = (h & 0x7f) << 2;
      return pack((h & 0x80) !== 0 ? 50 : 49, 13, 13, imm);
    }
    case 2:
      return pack(51 + ((h >> 6) & 3), h & 7, (h >> 3) & 7); // SXTH SXTB UXTH UXTB
    case 4:
    case 5: {
      const list = (h & 0xff) | ((h & 0x100) !== 0 ? 0x4000 : 0);
      return list === 0 ? pack(UNDEFINED) : pack(58, 0, 13, list);
    }
    case 6:
      return (h & 0xffef) === 0xb662 ? pack(61, (h >> 4) & 1) : pack(UNDEFINED); // CPSIE i / CPSID i
    case 10: {
      const op = (h >> 6) & 3;
      return op === 2 ? pack(UNDEFINED) : pack(op === 3 ? 57 : 55 + op, h & 7, (h >> 3) & 7);
    }
    case 12:
    case 13: {
      const list = h & 0xff;
      if ((h & 0x100) !== 0) return pack(60, 0, 13, list);
      return list === 0 ? pack(UNDEFINED) : pack(59, 0, 13, list);
    }
    case 14:
      return pack(62, 0, 0, h & 0xff);
    case 15:
      if ((h & 15) !== 0) return pack(UNDEFINED); // IT does not exist in ARMv6-M
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

function decodeLoadStoreRegister(h: number): number {
  // 34 STR 35 STRH 36 STRB 37 LDRSB 38 LDR 39 LDRH 40 LDRB 41 LDRSH
  return pack(34 + ((h >> 9) & 7), h & 7, (h >> 3) & 7, (h >> 6) & 7);
}

function branch(op: number, farOp: number, slot: number, offset: number, slots: number): number {
  const target = slot + 2 + offset;
  if (target >= 0 && target < slots) return op | (target << 8);
  return farOp | (offset << 8);
}

function decode32(h: number, h2: number, slot: number, slots: number): number {
  if ((h & 0xf800) !== 0xf000 || (h2 & 0x8000) === 0) return pack(UNDEFINED);
  if ((h2 & 0xd000) === 0xd000) {
    const sign = (h >> 10) & 1;
    const i1 = ~((h2 >> 13) ^ sign) & 1;
    const i2 = ~((h2 >> 11) ^ sign) & 1;
    const offset = (sign !== 0 ? -0x80_0000 : 0) | (i1 << 22) | (i2 << 21) | ((h & 0x3ff) << 11) | (h2 & 0x7ff);
    return branch(87, 93, slot, offset, slots);
  }
  if ((h2 & 0xd000) !== 0x8000) return pack(UNDEFINED);
  if ((h & 0xffe0) === 0xf380 && (h2 & 0xff00) === 0x8800) return pack(88, 0, h & 15, h2 & 0xff); // MSR
  if (h === 0xf3ef && (h2 & 0xf000) === 0x8000) return pack(89, (h2 >> 8) & 15, 0, h2 & 0xff); // MRS
  if (h === 0xf3bf && (h2 & 0xff00) === 0x8f00) {
    const option = (h2 >> 4) & 15;
    if (option >= 4 && option <= 6) return pack(90); // DSB, DMB, ISB
  }
  return pack(UNDEFINED);
}

/**
 * Decode the instruction in slot `slot` of a memory with `slots` halfwords.
 * What ARMv6-M leaves UNPREDICTABLE decodes as undefined where it names the PC in a place without meaning.
 */
export function decode(halfwords: Uint16Array, slot: number, slots: number): number {
  const h = halfwords[slot]!;
  switch (h >> 12) {
    case 0:
    case 1:
      return decodeShiftAddSub(h);
    case 2:
    case 3:
      return decodeImmediate8(h);
    case 4:
      if ((h & 0x0c00) === 0) return pack(DATA_PROCESSING + ((h >> 6) & 15), h & 7, h & 7, (h >> 3) & 7);
      if ((h & 0x0800) === 0) return decodeSpecialData(h, slot);
      return 33 | (((h >> 8) & 7) << 8) | ((((slot + 2) >> 1) + (h & 0xff)) << 12); // LDR literal
    case 5:
      return decodeLoadStoreRegister(h);
    case 6: {
      const imm = ((h >> 6) & 31) << 2;
      return pack((h & 0x800) !== 0 ? 43 : 42, h & 7, (h >> 3) & 7, imm);
    }
    case 7:
      return pack((h & 0x800) !== 0 ? 45 : 44, h & 7, (h >> 3) & 7, (h >> 6) & 31);
    case 8:
      return pack((h & 0x800) !== 0 ? 47 : 46, h & 7, (h >> 3) & 7, ((h >> 6) & 31) << 1);
    case 9:
      return pack((h & 0x800) !== 0 ? 43 : 42, (h >> 8) & 7, 13, (h & 0xff) << 2);
    case 10:
      if ((h & 0x800) !== 0) return pack(49, (h >> 8) & 7, 13, (h & 0xff) << 2); // ADD Rd, SP, #imm
      return 48 | (((h >> 8) & 7) << 8) | ((((slot + 2) >> 1) + (h & 0xff)) << 12); // ADR
    case 11:
      return decodeMisc(h);
    case 12: {
      const n = (h >> 8) & 7;
      const list = h & 0xff;
      if (list === 0) return pack(UNDEFINED);
      if ((h & 0x800) === 0) return pack(67, 0, n, list);
      return pack((list & (1 << n)) !== 0 ? 69 : 68, 0, n, list);
    }
    case 13: {
      const condition = (h >> 8) & 15;
      if (condition === 14) return pack(UNDEFINED); // UDF
      if (condition === 15) return pack(85, 0, 0, h & 0xff); // SVC
      const offset = (h << 24) >> 24;
      const target = slot + 2 + offset;
      if (target >= 0 && target < slots) return (70 + condition) | (target << 8);
      return 94 | (condition << 8) | (offset << 12);
    }
    case 14:
      if ((h & 0x800) !== 0) return pack(UNDEFINED); // 0b11101: 32-bit space that ARMv6-M does not use
      return branch(86, 99, slot, (h << 21) >> 21, slots);
    default:
      if (slot + 1 >= slots) return pack(UNDEFINED);
      return decode32(h, halfwords[slot + 1]!, slot, slots);
  }
}
