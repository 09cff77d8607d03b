/** Moves between FP registers and memory or core registers. ARMv7-M A7.7.234-A7.7.260, A6.6, A6.7 (documented). */
import { load, store } from '../memory-access.ts';
import type { FpCore, FpStatus } from './state.ts';
import { FP_DONE, FP_UNALIGNED, FPSCR_MASK } from './state.ts';

/** `count` words between memory and the registers from S`first` on; both orders of a pair are little-endian. */
function moveWords(s: FpCore, isLoad: boolean, address: number, first: number, count: number): FpStatus {
  if ((address & 3) !== 0) return FP_UNALIGNED;
  const x = s.fpu.s;
  const offset = (address - s.ram.base) >>> 0;
  if (isLoad && offset < s.ramLoadSize && offset + 4 * count <= s.ramLoadSize) {
    for (let i = 0; i < count; i++) x[first + i] = s.ram.words[(offset >> 2) + i]!;
  } else if (isLoad) {
    for (let i = 0; i < count; i++) x[first + i] = load(s, address + 4 * i, 4);
  } else if (count === 1 && offset < s.ramStoreSize && s.ramMark[offset >> 8] === 0) {
    s.ram.words[offset >> 2] = x[first]!;
  } else {
    for (let i = 0; i < count; i++) store(s, address + 4 * i, x[first + i]!, 4);
  }
  s.k += count;
  return FP_DONE;
}

/** VLDR and VSTR, packed by decode.ts. */
export function loadOrStore(s: FpCore, w: number, isLoad: boolean): FpStatus {
  const n = (w >> 11) & 31;
  const kind = w >> 16;
  const offset = ((w >> 21) & 0xff) << 2;
  const base = n === 15 ? s.r[15]! & ~3 : s.r[n]!;
  const address = (kind & 1) !== 0 ? base + offset : base - offset;
  return moveWords(s, isLoad, address | 0, (w >> 6) & 31, (kind & 2) !== 0 ? 2 : 1);
}

/** VLDM and VSTM; the base is written after the last access, so that an access that faults leaves it. */
export function loadOrStoreMultiple(s: FpCore, w: number, isLoad: boolean): FpStatus {
  const n = (w >> 11) & 31;
  const kind = w >> 16;
  const words = (w >> 21) & 0xff;
  const base = n === 15 ? s.r[15]! & ~3 : s.r[n]!;
  const down = (kind & 2) !== 0;
  const first = down ? (base - 4 * words) | 0 : base;
  const status = moveWords(s, isLoad, first, (w >> 6) & 31, (kind & 4) !== 0 ? words & ~1 : words);
  if (status === FP_DONE && (kind & 1) !== 0) s.r[n] = down ? first : base + 4 * words;
  return status;
}

/** VMSR, VMRS: FPSCR; Rt = 15 reads its flags into APSR. */
export function moveStatus(s: FpCore, t: number, toCore: boolean): void {
  const { fpu } = s;
  if (!toCore) fpu.fpscr = s.r[t]! & FPSCR_MASK;
  else if (t === 15) readFlags(s, fpu.fpscr);
  else s.r[t] = fpu.fpscr;
}

/** NZCV alone: Q is no part of FPSCR. */
function readFlags(s: FpCore, fpscr: number): void {
  s.n = fpscr;
  s.z = (fpscr & 0x4000_0000) !== 0 ? 0 : 1;
  s.c = (fpscr >>> 29) & 1;
  s.v = fpscr << 3;
}

/** VMOV between two core registers and two singles or one double. */
export function movePair(s: FpCore, w: number, toCore: boolean): void {
  const t2 = (w >> 6) & 31;
  const t = (w >> 11) & 31;
  const m = (w >> 16) & 31;
  const x = s.fpu.s;
  if (toCore) {
    s.r[t] = x[m]!;
    s.r[t2] = x[m + 1]!;
  } else {
    x[m] = s.r[t]!;
    x[m + 1] = s.r[t2]!;
  }
  s.k++;
}
