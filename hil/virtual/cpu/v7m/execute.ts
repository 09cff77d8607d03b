/**
 * The execution loop of ARMv7-M: the instructions that programs execute often; cold.ts has the others.
 *
 * Labels are literals on purpose (see encoding.ts): V8 compiles only those to a jump table. Everything hot is a local; it is
 * written back to the state when the loop ends and before slow accesses. A handler changes nothing before its last access that
 * may fault, so an aborted instruction can start over and the stacked PC is that of the instruction.
 *
 * Sources: ARMv7-M Architecture Reference Manual (ARM DDI 0403) A7.7 for operations; Cortex-M4 Technical Reference Manual
 * (ARM DDI 0439) table 3-1 for cycles (documented: ALU and MUL 1, MLA 2, divisions 2..12, load 2, store 1, taken branch 1 + refill,
 * LDM 1+N, barriers and MRS/MSR 2). The refill of 1..3 cycles is taken as 2 and a division as 7; pipelining of loads is not tried.
 * Flash wait states are added to taken branches and data reads.
 */
import { isBusFault } from '../../bus.ts';
import { decodeSlot } from '../code-cache.ts';
import { load, PROBE_ABORT, STALL, store } from '../memory-access.ts';
import { readSpecial, writeSpecial } from '../special-registers.ts';
import type { CoreState } from '../state.ts';
import { STOP_FAULT, STOP_NONE, STOP_PROBE_ABORT, STOP_STALL } from '../state.ts';
import { multiplyHigh, multiplyHighUnsigned, reverseBits } from './arithmetic.ts';
import { executeCold } from './cold.ts';
import { conditionHolds } from './condition.ts';
import { CORE_FAULT, noteBusFault, raiseDivideByZero, raiseUnaligned } from './fault-status.ts';
import { changeMasks } from './masks.ts';

/** See `Architecture.execute`. */
export function execute(s: CoreState): void {
  const r = s.r;
  const code = s.cache.code;
  const operand = s.cache.operand;
  const words = s.cache.region.words;
  const base = s.windowBase | 0;
  const size = s.cache.region.size;
  const taken = s.options.refillCycles + s.cache.region.waitStates;
  const literal = 1 + s.cache.region.waitStates;
  const ramBase = s.ram.base | 0;
  const ram8 = s.ram.bytes;
  const ram16 = s.ram.halfwords;
  const ram32 = s.ram.words;
  const ramMark = s.ramMark;
  const ramLoad = s.ramLoadSize;
  const ramStore = s.ramStoreSize;
  const literalFast = s.literalFast;
  let n = s.n;
  let z = s.z;
  let c = s.c;
  let v = s.v;
  let k = s.k;
  let lim = s.limit;
  let p = (r[15]! - base) >>> 1;
  let at = p;
  /** ITSTATE for the next instruction; and, for the last one that was in an IT block, where it is and its own ITSTATE. */
  let it = s.v7m.it;
  let itSlot = -1;
  let itBefore = 0;
  let restoreRegister = -1;
  let restoreValue = 0;
  s.stop = STOP_NONE;
  try {
    while (k < lim) {
      at = p;
      let w = 0;
      if (it === 0) {
        w = code[p]!;
        if (w === 0) w = decodeSlot(s, p);
      } else {
        w = s.cache.itCode[p]!;
        if (w === 0) w = decodeSlot(s, p, true);
        itSlot = p;
        itBefore = it;
        it = (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
        // BKPT and comparators act whatever the condition.
        const always = (w & 0xff) === 62 || (w & 0xff) === 91 || (w & 0xff) === 92;
        if (!always && !conditionHolds(itBefore >> 4, n, z, c, v)) {
          p += 1 + (w >>> 31);
          k++;
          continue;
        }
      }
      p += 1 + (w >>> 31);
      k++;
      switch (w & 0xff) {
        case 1: {
          // LSLS Rd, Rm, #1..31
          const a = r[(w >> 12) & 15]!;
          const sh = operand[at]!;
          c = (a >>> (32 - sh)) & 1;
          n = z = a << sh;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 2: {
          // MOVS Rd, Rm
          n = z = r[(w >> 12) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 3: {
          // LSRS Rd, Rm, #1..32
          const a = r[(w >> 12) & 15]!;
          const sh = operand[at]!;
          c = (a >>> (sh - 1)) & 1;
          n = z = sh === 32 ? 0 : (a >>> sh) | 0;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 4: {
          // ASRS Rd, Rm, #1..32
          const a = r[(w >> 12) & 15]!;
          const sh = operand[at]!;
          c = (a >> (sh - 1)) & 1;
          n = z = a >> (sh > 31 ? 31 : sh);
          r[(w >> 8) & 15] = n;
          break;
        }
        case 5: {
          // ADDS Rd, Rn, Rm
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          const res = (a + b) | 0;
          c = res >>> 0 < a >>> 0 ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 6: {
          // SUBS Rd, Rn, Rm
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          const res = (a - b) | 0;
          c = a >>> 0 >= b >>> 0 ? 1 : 0;
          v = (a ^ b) & (a ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 7: {
          // ADDS Rd, Rn, #imm
          const a = r[(w >> 12) & 15]!;
          const b = operand[at]!;
          const res = (a + b) | 0;
          c = res >>> 0 < a >>> 0 ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 8: {
          // SUBS Rd, Rn, #imm
          const a = r[(w >> 12) & 15]!;
          const b = operand[at]!;
          const res = (a - b) | 0;
          c = a >>> 0 >= b >>> 0 ? 1 : 0;
          v = (a ^ b) & (a ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 9: {
          // MOVS Rd, #imm8
          n = z = operand[at]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 10: {
          // CMP Rn, #imm
          const a = r[(w >> 12) & 15]!;
          const b = operand[at]!;
          const res = (a - b) | 0;
          c = a >>> 0 >= b >>> 0 ? 1 : 0;
          v = (a ^ b) & (a ^ res);
          n = z = res;
          break;
        }
        case 11: {
          // ANDS
          n = z = r[(w >> 12) & 15]! & r[(w >> 16) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 12: {
          // EORS
          n = z = r[(w >> 12) & 15]! ^ r[(w >> 16) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 13: {
          // LSLS Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          let a = r[(w >> 12) & 15]!;
          if (sh !== 0) {
            c = sh > 32 ? 0 : sh === 32 ? a & 1 : (a >>> (32 - sh)) & 1;
            a = sh > 31 ? 0 : a << sh;
          }
          n = z = a;
          r[(w >> 8) & 15] = a;
          break;
        }
        case 14: {
          // LSRS Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          let a = r[(w >> 12) & 15]!;
          if (sh !== 0) {
            c = sh > 32 ? 0 : (a >>> (sh - 1)) & 1;
            a = sh > 31 ? 0 : (a >>> sh) | 0;
          }
          n = z = a;
          r[(w >> 8) & 15] = a;
          break;
        }
        case 15: {
          // ASRS Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          let a = r[(w >> 12) & 15]!;
          if (sh !== 0) {
            c = sh > 31 ? a >>> 31 : (a >> (sh - 1)) & 1;
            a >>= sh > 31 ? 31 : sh;
          }
          n = z = a;
          r[(w >> 8) & 15] = a;
          break;
        }
        case 16: {
          // ADCS
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          const sum = (a >>> 0) + (b >>> 0) + c;
          const res = sum | 0;
          c = sum > 0xffff_ffff ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 17: {
          // SBCS
          const a = r[(w >> 12) & 15]!;
          const b = ~r[(w >> 16) & 15]!;
          const sum = (a >>> 0) + (b >>> 0) + c;
          const res = sum | 0;
          c = sum > 0xffff_ffff ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 18: {
          // RORS Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          let a = r[(w >> 12) & 15]!;
          if (sh !== 0) {
            const rot = sh & 31;
            if (rot !== 0) a = (a >>> rot) | (a << (32 - rot));
            c = a >>> 31;
          }
          n = z = a;
          r[(w >> 8) & 15] = a;
          break;
        }
        case 19: {
          // TST Rn, Rm
          n = z = r[(w >> 12) & 15]! & r[(w >> 16) & 15]!;
          break;
        }
        case 20: {
          // RSBS Rd, Rn, #0
          const b = r[(w >> 12) & 15]!;
          const res = -b | 0;
          c = b === 0 ? 1 : 0;
          v = b & res;
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 21: {
          // CMP Rn, Rm
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          const res = (a - b) | 0;
          c = a >>> 0 >= b >>> 0 ? 1 : 0;
          v = (a ^ b) & (a ^ res);
          n = z = res;
          break;
        }
        case 22: {
          // CMN Rn, Rm
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          const res = (a + b) | 0;
          c = res >>> 0 < a >>> 0 ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          break;
        }
        case 23: {
          // ORRS
          n = z = r[(w >> 12) & 15]! | r[(w >> 16) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 24: {
          // MULS
          n = z = Math.imul(r[(w >> 12) & 15]!, r[(w >> 16) & 15]!);
          r[(w >> 8) & 15] = n;
          break;
        }
        case 25: {
          // BICS
          n = z = r[(w >> 12) & 15]! & ~r[(w >> 16) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 26: {
          // MVNS
          n = z = ~r[(w >> 16) & 15]!;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 27: {
          // ADD Rd, Rn, Rm (16-bit, any register)
          const d = (w >> 8) & 15;
          const res = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
          r[d] = d === 13 ? res & ~3 : res;
          break;
        }
        case 28: {
          // MOV Rd, Rm
          const d = (w >> 8) & 15;
          r[d] = d === 13 ? r[(w >> 16) & 15]! & ~3 : r[(w >> 16) & 15]!;
          break;
        }
        case 29: {
          // MOV Rd, #imm
          r[(w >> 8) & 15] = operand[at]!;
          break;
        }
        case 30: {
          // MOVT
          const d = (w >> 8) & 15;
          r[d] = (r[d]! & 0xffff) | operand[at]!;
          break;
        }
        case 31: {
          // BX Rm
          const target = r[(w >> 12) & 15]!;
          if (target >>> 28 === 15 && s.ipsr !== 0) {
            s.excReturn = target;
            s.stop = 9; // STOP_EXCEPTION_RETURN
            lim = 0;
            break;
          }
          k += taken;
          s.t = target & 1;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size && s.t !== 0) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
          break;
        }
        case 32: {
          // BLX Rm
          const target = r[(w >> 12) & 15]!;
          r[14] = (base + (p << 1)) | 1;
          k += taken;
          s.t = target & 1;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size && s.t !== 0) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
          break;
        }
        case 33: {
          // LDR Rt, label
          const word = operand[at]!;
          if (literalFast && word < words.length) {
            r[(w >> 8) & 15] = words[word]!;
            k += literal;
          } else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, base + (word << 2), 4);
            k = s.k + 1;
            lim = s.limit;
          }
          break;
        }
        case 34: {
          // STR Rt, [Rn, Rm]
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 35: {
          // STRH
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram16[x >> 1] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 2);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 36: {
          // STRB
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramStore && ramMark[x >> 8] === 0) ram8[x] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 1);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 37: {
          // LDRSB
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = (ram8[x]! << 24) >> 24;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 1) << 24) >> 24;
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 38: {
          // LDR
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram32[x >> 2]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 4);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 39: {
          // LDRH
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram16[x >> 1]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 2);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 40: {
          // LDRB
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = ram8[x]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 1);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 41: {
          // LDRSH
          const a = (r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 3))) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = (ram16[x >> 1]! << 16) >> 16;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 2) << 16) >> 16;
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 42: {
          // STR Rt, [Rn, #imm]
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 43: {
          // LDR Rt, [Rn, #imm]
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram32[x >> 2]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 4);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 44: {
          // STRB imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramStore && ramMark[x >> 8] === 0) ram8[x] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 1);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 45: {
          // LDRB imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = ram8[x]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 1);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 46: {
          // STRH imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram16[x >> 1] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 2);
            k = s.k;
            lim = s.limit;
          }
          break;
        }
        case 47: {
          // LDRH imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram16[x >> 1]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 2);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 48: {
          // ADR
          r[(w >> 8) & 15] = base + operand[at]!;
          break;
        }
        case 49: {
          // ADD, SUB Rd, Rn, #imm without flags
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! + operand[at]!;
          break;
        }
        case 51: {
          // SXTH
          r[(w >> 8) & 15] = (r[(w >> 12) & 15]! << 16) >> 16;
          break;
        }
        case 52: {
          // SXTB
          r[(w >> 8) & 15] = (r[(w >> 12) & 15]! << 24) >> 24;
          break;
        }
        case 53: {
          // UXTH
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & 0xffff;
          break;
        }
        case 54: {
          // UXTB
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & 0xff;
          break;
        }
        case 55: {
          // REV
          const a = r[(w >> 12) & 15]!;
          r[(w >> 8) & 15] = (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
          break;
        }
        case 56: {
          // REV16
          const a = r[(w >> 12) & 15]!;
          r[(w >> 8) & 15] = ((a & 0x00ff_00ff) << 8) | ((a >>> 8) & 0x00ff_00ff);
          break;
        }
        case 57: {
          // REVSH
          const a = r[(w >> 12) & 15]!;
          r[(w >> 8) & 15] = (((a & 0xff) << 24) >> 16) | ((a >>> 8) & 0xff);
          break;
        }
        case 58: {
          // PUSH, STMDB Rn!, list
          let bytes = 0;
          for (let list = operand[at]!; list !== 0; list &= list - 1) bytes += 4;
          const start = (r[(w >> 12) & 15]! - bytes) | 0;
          let a = start;
          if ((a & 3) !== 0) raiseUnaligned(s);
          for (let list = operand[at]!, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[i]!;
              else {
                s.k = k;
                store(s, a, r[i]!, 4);
                k = s.k;
                lim = s.limit;
              }
              a = (a + 4) | 0;
              k++;
            }
          }
          r[(w >> 12) & 15] = start;
          break;
        }
        case 59: {
          // POP, LDM Rn!, list, without PC
          let a = r[(w >> 12) & 15]!;
          if ((a & 3) !== 0) raiseUnaligned(s);
          for (let list = operand[at]!, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad) r[i] = ram32[x >> 2]!;
              else {
                s.k = k;
                r[i] = load(s, a, 4);
                k = s.k;
                lim = s.limit;
              }
              a = (a + 4) | 0;
              k++;
            }
          }
          r[(w >> 12) & 15] = a;
          break;
        }
        case 60: {
          // POP, LDM Rn!, list, with PC
          let a = r[(w >> 12) & 15]!;
          if ((a & 3) !== 0) raiseUnaligned(s);
          for (let list = operand[at]!, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad) r[i] = ram32[x >> 2]!;
              else {
                s.k = k;
                r[i] = load(s, a, 4);
                k = s.k;
                lim = s.limit;
              }
              a = (a + 4) | 0;
              k++;
            }
          }
          const x0 = (a - ramBase) >>> 0;
          let target: number;
          if (x0 < ramLoad) target = ram32[x0 >> 2]!;
          else {
            s.k = k;
            target = load(s, a, 4);
            k = s.k;
            lim = s.limit;
          }
          k++;
          r[(w >> 12) & 15] = a + 4;
          if (target >>> 28 === 15 && s.ipsr !== 0) {
            s.excReturn = target;
            s.stop = 9; // STOP_EXCEPTION_RETURN
            lim = 0;
            break;
          }
          k += taken;
          s.t = target & 1;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size && s.t !== 0) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
          break;
        }
        case 61: {
          // CPS
          k++;
          if (s.ipsr !== 0 || (s.control & 1) === 0) {
            changeMasks(s, (w >> 8) & 1, (w >> 12) & 3);
            lim = 0;
          }
          break;
        }
        case 62: {
          // BKPT
          p = at;
          s.stop = 5; // STOP_BKPT
          lim = 0;
          break;
        }
        case 63: {
          // NOP, YIELD, PLD
          break;
        }
        case 64: {
          // WFE
          s.stop = 7; // STOP_WFE
          lim = 0;
          break;
        }
        case 65: {
          // WFI
          s.stop = 6; // STOP_WFI
          lim = 0;
          break;
        }
        case 66: {
          // SEV
          if (s.probing) throw PROBE_ABORT;
          s.eventRegister = true;
          break;
        }
        case 67: {
          // STM Rn!, list
          let a = r[(w >> 12) & 15]!;
          if ((a & 3) !== 0) raiseUnaligned(s);
          for (let list = operand[at]!, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[i]!;
              else {
                s.k = k;
                store(s, a, r[i]!, 4);
                k = s.k;
                lim = s.limit;
              }
              a = (a + 4) | 0;
              k++;
            }
          }
          r[(w >> 12) & 15] = a;
          break;
        }
        case 69: {
          // LDM Rn, list with Rn in it: no write-back
          const n0 = (w >> 12) & 15;
          let a = r[n0]!;
          if ((a & 3) !== 0) raiseUnaligned(s);
          restoreRegister = n0; // A fault half-way must leave the base as it was.
          restoreValue = a;
          for (let list = operand[at]!, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad) r[i] = ram32[x >> 2]!;
              else {
                s.k = k;
                r[i] = load(s, a, 4);
                k = s.k;
                lim = s.limit;
              }
              a = (a + 4) | 0;
              k++;
            }
          }
          restoreRegister = -1;
          break;
        }
        case 70: {
          // BEQ
          if (z === 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 71: {
          // BNE
          if (z !== 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 72: {
          // BCS
          if (c !== 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 73: {
          // BCC
          if (c === 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 74: {
          // BMI
          if (n < 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 75: {
          // BPL
          if (n >= 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 76: {
          // BVS
          if (v < 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 77: {
          // BVC
          if (v >= 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 78: {
          // BHI
          if (c !== 0 && z !== 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 79: {
          // BLS
          if (c === 0 || z === 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 80: {
          // BGE
          if ((n ^ v) >= 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 81: {
          // BLT
          if ((n ^ v) < 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 82: {
          // BGT
          if (z !== 0 && (n ^ v) >= 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 83: {
          // BLE
          if (z === 0 || (n ^ v) < 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 84: {
          // UDF and every unallocated encoding
          p = at;
          s.stop = 10; // STOP_UNDEFINED
          lim = 0;
          break;
        }
        case 85: {
          // SVC
          s.stop = 4; // STOP_SVC
          lim = 0;
          break;
        }
        case 86: {
          // B
          p = operand[at]!;
          k += taken;
          break;
        }
        case 87: {
          // BL
          r[14] = (base + (p << 1)) | 1;
          p = operand[at]!;
          k += taken;
          break;
        }
        case 88: {
          // MSR
          s.n = n;
          s.z = z;
          s.c = c;
          s.v = v;
          s.k = k;
          writeSpecial(s, operand[at]!, r[(w >> 12) & 15]!, (w >> 8) & 15);
          n = s.n;
          z = s.z;
          c = s.c;
          v = s.v;
          k = s.k;
          lim = s.limit;
          k++;
          break;
        }
        case 89: {
          // MRS
          s.n = n;
          s.z = z;
          s.c = c;
          s.v = v;
          s.k = k;
          r[(w >> 8) & 15] = readSpecial(s, operand[at]!);
          k++;
          break;
        }
        case 90: {
          // DMB, DSB, ISB
          k++;
          break;
        }
        case 91: {
          // past the end of the memory
          p = at;
          if (itSlot === at) it = itBefore;
          k--;
          lim = 0;
          break;
        }
        case 92: {
          // breakpoint comparator
          p = at;
          k--;
          s.stop = 8; // STOP_HOOK
          lim = 0;
          break;
        }
        case 93: {
          // BL out of this memory
          r[14] = (base + (p << 1)) | 1;
          r[15] = base + operand[at]!;
          p = -1;
          k += taken;
          lim = 0;
          break;
        }
        case 94: {
          // B<cond> out of this memory
          if (conditionHolds((w >> 8) & 15, n, z, c, v)) {
            r[15] = base + operand[at]!;
            p = -1;
            k += taken;
            lim = 0;
          }
          break;
        }
        case 95: {
          // ADD Rdn, PC
          const d = (w >> 8) & 15;
          const res = (r[d]! + base + operand[at]!) | 0;
          r[d] = d === 13 ? res & ~3 : res;
          break;
        }
        case 96: {
          // MOV Rd, PC
          const d = (w >> 8) & 15;
          const res = (base + operand[at]!) | 0;
          r[d] = d === 13 ? res & ~3 : res;
          break;
        }
        case 97: {
          // MOV PC, Rm: no interworking
          const target = r[(w >> 16) & 15]!;
          k += taken;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
          break;
        }
        case 98: {
          // ADD PC, Rm: no interworking
          const target = (base + (p << 1) + 2 + r[(w >> 16) & 15]!) | 0;
          k += taken;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
          break;
        }
        case 99: {
          // B out of this memory
          r[15] = base + operand[at]!;
          p = -1;
          k += taken;
          lim = 0;
          break;
        }
        case 100: {
          // IT
          it = operand[at]!;
          break;
        }
        case 101: {
          // CBZ
          if (r[(w >> 12) & 15]! === 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 102: {
          // CBNZ
          if (r[(w >> 12) & 15]! !== 0) {
            p = operand[at]!;
            k += taken;
          }
          break;
        }
        case 103: {
          // TBB
          const rn = (w >> 12) & 15;
          s.k = k;
          const offset = load(s, ((rn === 15 ? base + (p << 1) : r[rn]!) + r[(w >> 16) & 15]!) | 0, 1);
          k = s.k;
          lim = s.limit;
          p += offset;
          k += taken + 1;
          if (p >= size >> 1) {
            r[15] = base + (p << 1);
            p = -1;
            lim = 0;
          }
          break;
        }
        case 104: {
          // TBH
          const rn = (w >> 12) & 15;
          s.k = k;
          const offset = load(s, ((rn === 15 ? base + (p << 1) : r[rn]!) + (r[(w >> 16) & 15]! << 1)) | 0, 2);
          k = s.k;
          lim = s.limit;
          p += offset;
          k += taken + 1;
          if (p >= size >> 1) {
            r[15] = base + (p << 1);
            p = -1;
            lim = 0;
          }
          break;
        }
        case 105: {
          // LSL Rd, Rm, #1..31
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! << operand[at]!;
          break;
        }
        case 106: {
          // LSR Rd, Rm, #1..32
          const sh = operand[at]!;
          r[(w >> 8) & 15] = sh === 32 ? 0 : r[(w >> 12) & 15]! >>> sh;
          break;
        }
        case 107: {
          // ASR Rd, Rm, #1..32
          const sh = operand[at]!;
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! >> (sh > 31 ? 31 : sh);
          break;
        }
        case 108: {
          // ROR Rd, Rm, #1..31
          const a = r[(w >> 12) & 15]!;
          const sh = operand[at]!;
          r[(w >> 8) & 15] = (a >>> sh) | (a << (32 - sh));
          break;
        }
        case 109: {
          // AND Rd, Rn, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & operand[at]!;
          break;
        }
        case 110: {
          // ORR Rd, Rn, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! | operand[at]!;
          break;
        }
        case 111: {
          // EOR Rd, Rn, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! ^ operand[at]!;
          break;
        }
        case 112: {
          // BIC Rd, Rn, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & ~operand[at]!;
          break;
        }
        case 113: {
          // RSB Rd, Rn, #imm
          r[(w >> 8) & 15] = operand[at]! - r[(w >> 12) & 15]!;
          break;
        }
        case 114: {
          // TST Rn, #imm
          const b = operand[at]!;
          if ((w & 0x0100_0000) !== 0) c = b >>> 31;
          n = z = r[(w >> 12) & 15]! & b;
          break;
        }
        case 115: {
          // ANDS Rd, Rn, #imm
          const b = operand[at]!;
          if ((w & 0x0100_0000) !== 0) c = b >>> 31;
          n = z = r[(w >> 12) & 15]! & b;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 118: {
          // CMN Rn, #imm
          const a = r[(w >> 12) & 15]!;
          const b = operand[at]!;
          const res = (a + b) | 0;
          c = res >>> 0 < a >>> 0 ? 1 : 0;
          v = (a ^ res) & (b ^ res);
          n = z = res;
          break;
        }
        case 119: {
          // AND Rd, Rn, Rm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & r[(w >> 16) & 15]!;
          break;
        }
        case 120: {
          // ORR
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! | r[(w >> 16) & 15]!;
          break;
        }
        case 121: {
          // EOR
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! ^ r[(w >> 16) & 15]!;
          break;
        }
        case 122: {
          // BIC
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & ~r[(w >> 16) & 15]!;
          break;
        }
        case 123: {
          // SUB
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! - r[(w >> 16) & 15]!;
          break;
        }
        case 124: {
          // MVN
          r[(w >> 8) & 15] = ~r[(w >> 16) & 15]!;
          break;
        }
        case 126: {
          // MUL
          r[(w >> 8) & 15] = Math.imul(r[(w >> 12) & 15]!, r[(w >> 16) & 15]!);
          break;
        }
        case 127: {
          // MLA
          r[(w >> 8) & 15] = Math.imul(r[(w >> 12) & 15]!, r[(w >> 16) & 15]!) + r[(w >> 20) & 15]!;
          k++;
          break;
        }
        case 128: {
          // MLS
          r[(w >> 8) & 15] = r[(w >> 20) & 15]! - Math.imul(r[(w >> 12) & 15]!, r[(w >> 16) & 15]!);
          k++;
          break;
        }
        case 129: {
          // ADD Rd, Rn, Rm, LSL #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! + (r[(w >> 16) & 15]! << ((w >> 24) & 31));
          break;
        }
        case 130: {
          // SUB Rd, Rn, Rm, LSL #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! - (r[(w >> 16) & 15]! << ((w >> 24) & 31));
          break;
        }
        case 131: {
          // ORR Rd, Rn, Rm, LSL #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! | (r[(w >> 16) & 15]! << ((w >> 24) & 31));
          break;
        }
        case 132: {
          // AND Rd, Rn, Rm, LSL #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! & (r[(w >> 16) & 15]! << ((w >> 24) & 31));
          break;
        }
        case 133: {
          // EOR Rd, Rn, Rm, LSL #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! ^ (r[(w >> 16) & 15]! << ((w >> 24) & 31));
          break;
        }
        case 136: {
          // UBFX
          const sh = operand[at]!;
          r[(w >> 8) & 15] = (r[(w >> 12) & 15]! << (sh - ((w >> 24) & 31))) >>> sh;
          break;
        }
        case 137: {
          // SBFX
          const sh = operand[at]!;
          r[(w >> 8) & 15] = (r[(w >> 12) & 15]! << (sh - ((w >> 24) & 31))) >> sh;
          break;
        }
        case 138: {
          // BFI
          const d = (w >> 8) & 15;
          const mask = operand[at]!;
          r[d] = (r[d]! & ~mask) | ((r[(w >> 12) & 15]! << ((w >> 24) & 31)) & mask);
          break;
        }
        case 139: {
          // BFC
          const d = (w >> 8) & 15;
          r[d] = r[d]! & ~operand[at]!;
          break;
        }
        case 140: {
          // LSL Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          r[(w >> 8) & 15] = sh > 31 ? 0 : r[(w >> 12) & 15]! << sh;
          break;
        }
        case 141: {
          // LSR Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          r[(w >> 8) & 15] = sh > 31 ? 0 : r[(w >> 12) & 15]! >>> sh;
          break;
        }
        case 142: {
          // ASR Rd, Rn, Rm
          const sh = r[(w >> 16) & 15]! & 0xff;
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! >> (sh > 31 ? 31 : sh);
          break;
        }
        case 143: {
          // ROR Rd, Rn, Rm
          const a = r[(w >> 12) & 15]!;
          const sh = r[(w >> 16) & 15]! & 31;
          r[(w >> 8) & 15] = sh === 0 ? a : (a >>> sh) | (a << (32 - sh));
          break;
        }
        case 144: {
          // SDIV
          const b = r[(w >> 16) & 15]!;
          if (b === 0 && (s.v7m.ccr & 0x10) !== 0) raiseDivideByZero(s);
          r[(w >> 8) & 15] = b === 0 ? 0 : (r[(w >> 12) & 15]! / b) | 0;
          k += 6;
          break;
        }
        case 145: {
          // UDIV
          const b = r[(w >> 16) & 15]!;
          if (b === 0 && (s.v7m.ccr & 0x10) !== 0) raiseDivideByZero(s);
          r[(w >> 8) & 15] = b === 0 ? 0 : ((r[(w >> 12) & 15]! >>> 0) / (b >>> 0)) | 0;
          k += 6;
          break;
        }
        case 146: {
          // UMULL
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          r[(w >> 20) & 15] = multiplyHighUnsigned(a, b);
          r[(w >> 8) & 15] = Math.imul(a, b);
          break;
        }
        case 147: {
          // SMULL
          const a = r[(w >> 12) & 15]!;
          const b = r[(w >> 16) & 15]!;
          r[(w >> 20) & 15] = multiplyHigh(a, b);
          r[(w >> 8) & 15] = Math.imul(a, b);
          break;
        }
        case 148: {
          // CLZ
          r[(w >> 8) & 15] = Math.clz32(r[(w >> 12) & 15]!);
          break;
        }
        case 149: {
          // RBIT
          r[(w >> 8) & 15] = reverseBits(r[(w >> 12) & 15]!);
          break;
        }
        case 150: {
          // LDRSB imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = (ram8[x]! << 24) >> 24;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 1) << 24) >> 24;
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 151: {
          // LDRSH imm
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = (ram16[x >> 1]! << 16) >> 16;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 2) << 16) >> 16;
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 152: {
          // LDRD Rt, Rt2, [Rn, #imm]
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x + 4 < ramLoad) {
            r[(w >> 8) & 15] = ram32[x >> 2]!;
            r[(w >> 20) & 15] = ram32[(x >> 2) + 1]!;
          } else {
            s.k = k;
            if ((a & 3) !== 0) raiseUnaligned(s);
            const low = load(s, a, 4);
            r[(w >> 20) & 15] = load(s, (a + 4) | 0, 4);
            r[(w >> 8) & 15] = low;
            k = s.k;
            lim = s.limit;
          }
          k += 2;
          break;
        }
        case 153: {
          // STRD Rt, Rt2, [Rn, #imm]
          const a = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x + 4 < ramStore && ramMark[x >> 8] === 0 && ramMark[(x + 4) >> 8] === 0) {
            ram32[x >> 2] = r[(w >> 8) & 15]!;
            ram32[(x >> 2) + 1] = r[(w >> 20) & 15]!;
          } else {
            s.k = k;
            if ((a & 3) !== 0) raiseUnaligned(s);
            store(s, a, r[(w >> 8) & 15]!, 4);
            store(s, (a + 4) | 0, r[(w >> 20) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          k += 2;
          break;
        }
        case 154: {
          // STR with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          break;
        }
        case 155: {
          // LDR with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram32[x >> 2]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 4);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          k++;
          break;
        }
        case 156: {
          // STRB with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if (x < ramStore && ramMark[x >> 8] === 0) ram8[x] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 1);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          break;
        }
        case 157: {
          // LDRB with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = ram8[x]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 1);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          k++;
          break;
        }
        case 158: {
          // STRH with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram16[x >> 1] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 2);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          break;
        }
        case 159: {
          // LDRH with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = ram16[x >> 1]!;
          else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, a, 2);
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          k++;
          break;
        }
        case 160: {
          // LDRSB with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if (x < ramLoad) r[(w >> 8) & 15] = (ram8[x]! << 24) >> 24;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 1) << 24) >> 24;
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          k++;
          break;
        }
        case 161: {
          // LDRSH with write-back
          const moved = (r[(w >> 12) & 15]! + operand[at]!) | 0;
          const a = (w & 0x0100_0000) !== 0 ? moved : r[(w >> 12) & 15]!;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramLoad) r[(w >> 8) & 15] = (ram16[x >> 1]! << 16) >> 16;
          else {
            s.k = k;
            r[(w >> 8) & 15] = (load(s, a, 2) << 16) >> 16;
            k = s.k;
            lim = s.limit;
          }
          r[(w >> 12) & 15] = moved;
          k++;
          break;
        }
        case 163: {
          // ADC Rd, Rn, Rm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! + r[(w >> 16) & 15]! + c;
          break;
        }
        case 164: {
          // SBC Rd, Rn, Rm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! - r[(w >> 16) & 15]! - 1 + c;
          break;
        }
        case 165: {
          // CBZ, CBNZ out of this memory
          if ((r[(w >> 12) & 15]! !== 0) === ((w & 0x100) !== 0)) {
            r[15] = base + operand[at]!;
            p = -1;
            k += taken;
            lim = 0;
          }
          break;
        }
        default: {
          s.n = n;
          s.z = z;
          s.c = c;
          s.v = v;
          s.k = k;
          r[15] = base + (p << 1);
          const branches = executeCold(s, w & 0xff, operand[at]!);
          n = s.n;
          z = s.z;
          c = s.c;
          v = s.v;
          k = s.k;
          lim = s.limit;
          if (s.stop !== 0) {
            p = at;
            lim = 0;
            break;
          }
          if (!branches) break;
          const target = s.v7m.branchTarget;
          if (target >>> 28 === 15 && s.ipsr !== 0) {
            s.excReturn = target;
            s.stop = 9; // STOP_EXCEPTION_RETURN
            lim = 0;
            break;
          }
          k += taken;
          s.t = target & 1;
          const x = ((target & ~1) - base) >>> 0;
          if (x < size && s.t !== 0) p = x >>> 1;
          else {
            r[15] = target & ~1;
            p = -1;
            lim = 0;
          }
        }
      }
    }
  } catch (error) {
    p = at;
    if (restoreRegister >= 0) r[restoreRegister] = restoreValue;
    if (error === STALL) s.stop = STOP_STALL;
    else if (error === PROBE_ABORT) s.stop = STOP_PROBE_ABORT;
    else if (error === CORE_FAULT) s.stop = STOP_FAULT;
    else if (isBusFault(error)) {
      noteBusFault(s, error.address);
      s.stop = STOP_FAULT;
    } else throw error;
  }
  // An instruction that did not complete is still in its IT block.
  if (p === itSlot && s.stop !== STOP_NONE) it = itBefore;
  if (p >= 0) r[15] = base + (p << 1);
  s.v7m.it = it;
  s.n = n;
  s.z = z;
  s.c = c;
  s.v = v;
  s.k = k;
}
