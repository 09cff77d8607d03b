/**
 * The execution loop of ARMv6-M.
 *
 * Labels are literals on purpose (names in decode.ts): V8 compiles only those to a jump table. Everything hot is a local; it is
 * written back to the state when the loop ends and before slow accesses. A handler changes nothing before its last access that
 * may fault, so an aborted instruction can start over and the stacked PC is that of the instruction.
 *
 * Sources: ARMv6-M Architecture Reference Manual (ARM DDI 0419) A6.7 for operations; Cortex-M0+ Technical Reference Manual
 * (ARM DDI 0484) table 3-1 for cycles (documented: ALU and MULS 1, load and store 2, taken branch 2, BL 3, LDM 1+N, POP with PC
 * 3+N, MRS/MSR and barriers 3). Flash wait states are added to taken branches and data reads; a model of prefetch is not tried.
 */
import { isBusFault } from '../../bus.ts';
import { decodeSlot } from '../code-cache.ts';
import { load, PROBE_ABORT, STALL, store } from '../memory-access.ts';
import { readSpecial, writeSpecial } from '../special-registers.ts';
import type { CoreState } from '../state.ts';
import { STOP_FAULT, STOP_NONE, STOP_PROBE_ABORT, STOP_STALL } from '../state.ts';

/** ARMv6-M A6.3. */
function conditionHolds(condition: number, n: number, z: number, c: number, v: number): boolean {
  const base = [z === 0, c !== 0, n < 0, v < 0, c !== 0 && z !== 0, (n ^ v) >= 0, z !== 0 && (n ^ v) >= 0][
    condition >> 1
  ];
  return (base === true) !== ((condition & 1) !== 0);
}

/**
 * Execute from the window until `s.limit` cycles (relative to `s.cycleBase`) or until something needs the slow path.
 * On return r[15] is the next instruction's address, or the causing instruction's for a fault, and `s.stop` says why.
 */
export function execute(s: CoreState): void {
  const r = s.r;
  const code = s.cache.code;
  const words = s.cache.region.words;
  const base = s.windowBase | 0;
  const size = s.cache.region.size;
  const taken = s.options.refillCycles + s.cache.region.waitStates;
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
  let restoreRegister = -1;
  let restoreValue = 0;
  s.stop = STOP_NONE;
  try {
    while (k < lim) {
      let w = code[p]!;
      if (w === 0) w = decodeSlot(s, p);
      p++;
      k++;
      switch (w & 0xff) {
        case 1: {
          // LSLS Rd, Rm, #1..31
          const a = r[(w >> 12) & 15]!;
          const sh = w >>> 16;
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
          const sh = w >>> 16;
          c = (a >>> (sh - 1)) & 1;
          n = z = sh === 32 ? 0 : a >>> sh;
          n |= 0;
          z |= 0;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 4: {
          // ASRS Rd, Rm, #1..32
          const a = r[(w >> 12) & 15]!;
          const sh = w >>> 16;
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
          const b = w >>> 16;
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
          const b = w >>> 16;
          const res = (a - b) | 0;
          c = a >>> 0 >= b >>> 0 ? 1 : 0;
          v = (a ^ b) & (a ^ res);
          n = z = res;
          r[(w >> 8) & 15] = res;
          break;
        }
        case 9: {
          // MOVS Rd, #imm8
          n = z = w >>> 16;
          r[(w >> 8) & 15] = n;
          break;
        }
        case 10: {
          // CMP Rn, #imm8
          const a = r[(w >> 12) & 15]!;
          const b = w >>> 16;
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
          // LSLS Rdn, Rm
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
          // LSRS Rdn, Rm
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
          // ASRS Rdn, Rm
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
          // RORS
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
          // TST
          n = z = r[(w >> 12) & 15]! & r[(w >> 16) & 15]!;
          break;
        }
        case 20: {
          // RSBS Rd, Rn, #0
          const b = r[(w >> 16) & 15]!;
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
          // CMN
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
          // ADD Rdn, Rm (high registers)
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
          if (literalFast && w >>> 12 < words.length) {
            r[(w >> 8) & 15] = words[w >>> 12]!;
            k += taken;
          } else {
            s.k = k;
            r[(w >> 8) & 15] = load(s, base + ((w >>> 12) << 2), 4);
            k = s.k + 1;
            lim = s.limit;
          }
          break;
        }
        case 34: {
          // STR Rt, [Rn, Rm]
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 35: {
          // STRH
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram16[x >> 1] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 2);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 36: {
          // STRB
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramStore && ramMark[x >> 8] === 0) ram8[x] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 1);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 37: {
          // LDRSB
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
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
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
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
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
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
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
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
          const a = (r[(w >> 12) & 15]! + r[(w >> 16) & 15]!) | 0;
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
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 3) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram32[x >> 2] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 4);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 43: {
          // LDR Rt, [Rn, #imm]
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
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
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
          const x = (a - ramBase) >>> 0;
          if (x < ramStore && ramMark[x >> 8] === 0) ram8[x] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 1);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 45: {
          // LDRB imm
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
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
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
          const x = (a - ramBase) >>> 0;
          if ((x & 1) === 0 && x < ramStore && ramMark[x >> 8] === 0) ram16[x >> 1] = r[(w >> 8) & 15]!;
          else {
            s.k = k;
            store(s, a, r[(w >> 8) & 15]!, 2);
            k = s.k;
            lim = s.limit;
          }
          k++;
          break;
        }
        case 47: {
          // LDRH imm
          const a = (r[(w >> 12) & 15]! + (w >>> 16)) | 0;
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
          r[(w >> 8) & 15] = base + ((w >>> 12) << 2);
          break;
        }
        case 49: {
          // ADD Rd, SP, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! + (w >>> 16);
          break;
        }
        case 50: {
          // SUB SP, #imm
          r[(w >> 8) & 15] = r[(w >> 12) & 15]! - (w >>> 16);
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
          // PUSH
          let bytes = 0;
          for (let list = w >>> 16; list !== 0; list &= list - 1) bytes += 4;
          const sp = (r[13]! - bytes) | 0;
          let a = sp;
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramStore && (x & 3) === 0 && ramMark[x >> 8] === 0) ram32[x >> 2] = r[i]!;
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
          r[13] = sp;
          break;
        }
        case 59: {
          // POP without PC
          let a = r[13]!;
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad && (x & 3) === 0) r[i] = ram32[x >> 2]!;
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
          r[13] = a;
          break;
        }
        case 60: {
          // POP with PC
          let a = r[13]!;
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad && (x & 3) === 0) r[i] = ram32[x >> 2]!;
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
          if (x0 < ramLoad && (x0 & 3) === 0) target = ram32[x0 >> 2]!;
          else {
            s.k = k;
            target = load(s, a, 4);
            k = s.k;
            lim = s.limit;
          }
          k += 3;
          r[13] = a + 4;
          if (target >>> 28 === 15 && s.ipsr !== 0) {
            s.excReturn = target;
            s.stop = 9; // STOP_EXCEPTION_RETURN
            lim = 0;
            break;
          }
          k += taken - 1;
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
          // CPSIE i, CPSID i
          if (s.ipsr !== 0 || (s.control & 1) === 0) {
            s.primask = (w >> 8) & 1;
            if (s.primask === 0) lim = 0;
          }
          break;
        }
        case 62: {
          // BKPT
          p--;
          s.stop = 5; // STOP_BKPT
          lim = 0;
          break;
        }
        case 63: {
          // NOP, YIELD
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
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramStore && (x & 3) === 0 && ramMark[x >> 8] === 0) ram32[x >> 2] = r[i]!;
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
        case 68: {
          // LDM Rn!, list
          let a = r[(w >> 12) & 15]!;
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad && (x & 3) === 0) r[i] = ram32[x >> 2]!;
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
        case 69: {
          // LDM Rn, list with Rn in it: no write-back
          const n0 = (w >> 12) & 15;
          const start = r[n0]!;
          restoreRegister = n0; // A fault half-way must leave the base as it was.
          restoreValue = start;
          let a = start;
          for (let list = w >>> 16, i = 0; list !== 0; list >>>= 1, i++) {
            if ((list & 1) !== 0) {
              const x = (a - ramBase) >>> 0;
              if (x < ramLoad && (x & 3) === 0) r[i] = ram32[x >> 2]!;
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
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 71: {
          // BNE
          if (z !== 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 72: {
          // BCS
          if (c !== 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 73: {
          // BCC
          if (c === 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 74: {
          // BMI
          if (n < 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 75: {
          // BPL
          if (n >= 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 76: {
          // BVS
          if (v < 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 77: {
          // BVC
          if (v >= 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 78: {
          // BHI
          if (c !== 0 && z !== 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 79: {
          // BLS
          if (c === 0 || z === 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 80: {
          // BGE
          if ((n ^ v) >= 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 81: {
          // BLT
          if ((n ^ v) < 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 82: {
          // BGT
          if (z !== 0 && (n ^ v) >= 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 83: {
          // BLE
          if (z === 0 || (n ^ v) < 0) {
            p = w >> 8;
            k += taken;
          }
          break;
        }
        case 84: {
          // UDF and every unallocated encoding
          p--;
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
          p = w >>> 8;
          k += taken;
          break;
        }
        case 87: {
          // BL
          r[14] = (base + (p << 1) + 2) | 1;
          p = w >>> 8;
          k += taken + 1;
          break;
        }
        case 88: {
          // MSR
          p++;
          s.n = n;
          s.z = z;
          s.c = c;
          s.v = v;
          s.k = k;
          writeSpecial(s, w >>> 16, r[(w >> 12) & 15]!);
          n = s.n;
          z = s.z;
          c = s.c;
          v = s.v;
          k = s.k + 2;
          lim = s.limit;
          break;
        }
        case 89: {
          // MRS
          p++;
          s.n = n;
          s.z = z;
          s.c = c;
          s.v = v;
          r[(w >> 8) & 15] = readSpecial(s, w >>> 16);
          k += 2;
          break;
        }
        case 90: {
          // DMB, DSB, ISB
          p++;
          k += 2;
          break;
        }
        case 91: {
          // past the end of the memory
          p--;
          k--;
          lim = 0;
          break;
        }
        case 92: {
          // breakpoint comparator
          p--;
          k--;
          s.stop = 8; // STOP_HOOK
          lim = 0;
          break;
        }
        case 93: {
          // BL out of this memory
          const next = base + (p << 1) + 2;
          r[14] = next | 1;
          r[15] = next + ((w >> 8) << 1);
          p = -1;
          k += taken + 1;
          lim = 0;
          break;
        }
        case 94: {
          // B<cond> out of this memory
          if (conditionHolds((w >> 8) & 15, n, z, c, v)) {
            r[15] = base + (p << 1) + 2 + ((w >> 12) << 1);
            p = -1;
            k += taken;
            lim = 0;
          }
          break;
        }
        case 95: {
          // ADD Rdn, PC
          const d = (w >> 8) & 15;
          const res = (r[d]! + base + ((w >>> 12) << 1)) | 0;
          r[d] = d === 13 ? res & ~3 : res;
          break;
        }
        case 96: {
          // MOV Rd, PC
          const d = (w >> 8) & 15;
          const res = (base + ((w >>> 12) << 1)) | 0;
          r[d] = d === 13 ? res & ~3 : res;
          break;
        }
        case 97: {
          // MOV PC, Rm: no interworking
          const target = r[(w >> 12) & 15]!;
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
          const target = (base + (p << 1) + 2 + r[(w >> 12) & 15]!) | 0;
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
          r[15] = base + (p << 1) + 2 + ((w >> 8) << 1);
          p = -1;
          k += taken;
          lim = 0;
          break;
        }
        default:
          throw new Error(`operation ${w & 0xff} has no meaning`);
      }
    }
  } catch (error) {
    p--;
    if (restoreRegister >= 0) r[restoreRegister] = restoreValue;
    if (error === STALL) s.stop = STOP_STALL;
    else if (error === PROBE_ABORT) s.stop = STOP_PROBE_ABORT;
    else if (isBusFault(error)) s.stop = STOP_FAULT;
    else throw error;
  }
  if (p >= 0) r[15] = base + (p << 1);
  s.n = n;
  s.z = z;
  s.c = c;
  s.v = v;
  s.k = k;
}
