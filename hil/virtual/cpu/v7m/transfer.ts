/** Loads and stores outside the hot loop: literals, PC and SP as targets, unprivileged, multiple, dual and exclusive. A5.3.5-10. */
import type { Width } from '../../peripheral/peripheral.ts';
import { load, PROBE_ABORT, store } from '../memory-access.ts';
import type { CoreState } from '../state.ts';
import { raiseUnaligned } from './fault-status.ts';

function narrow(value: number, width: Width, signed: boolean): number {
  if (width === 4) return value;
  if (!signed) return value;
  return width === 2 ? (value << 16) >> 16 : (value << 24) >> 24;
}

function setRegister(s: CoreState, register: number, value: number): void {
  s.r[register] = register === 13 ? value & ~3 : value;
}

interface Address {
  readonly at: number;
  /** New value of Rn, with write-back. */
  readonly base: number | undefined;
  readonly unprivileged: boolean;
}

function addressOf(s: CoreState, h: number, h2: number): Address {
  const n = h & 15;
  const plain = (at: number): Address => ({ at: at | 0, base: undefined, unprivileged: false });
  if (n === 15) return plain((s.r[15]! & ~3) + ((h & 0x80) !== 0 ? h2 & 0xfff : -(h2 & 0xfff)));
  const start = s.r[n]!;
  if ((h & 0x80) !== 0) return plain(start + (h2 & 0xfff));
  if ((h2 & 0x800) === 0) return plain(start + (s.r[h2 & 15]! << ((h2 >> 4) & 3)));
  const moved = (start + ((h2 & 0x200) !== 0 ? h2 & 0xff : -(h2 & 0xff))) | 0;
  const index = (h2 & 0x400) !== 0;
  const writeBack = (h2 & 0x100) !== 0;
  return {
    at: index ? moved : start,
    base: writeBack ? moved : undefined,
    unprivileged: index && !writeBack && (h2 & 0x200) !== 0,
  };
}

/** Returns true when the PC was loaded. */
export function executeSingleTransfer(s: CoreState, operand: number): boolean {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  const t = h2 >> 12;
  const width = (1 << ((h >> 5) & 3)) as Width;
  const { at, base, unprivileged } = addressOf(s, h, h2);
  const isLoad = (h & 0x10) !== 0;
  // A word for the PC must be aligned (UNPREDICTABLE by A7.7; it faults, hypothesis).
  if (isLoad && t === 15 && (at & 3) !== 0) raiseUnaligned(s);
  s.v7m.unprivilegedAccess = unprivileged;
  let value = 0;
  try {
    if (isLoad) value = narrow(load(s, at, width), width, (h & 0x100) !== 0);
    else store(s, at, s.r[t]!, width);
  } finally {
    s.v7m.unprivilegedAccess = false;
  }
  if (isLoad) s.k++;
  if (base !== undefined) setRegister(s, h & 15, base);
  if (!isLoad) return false;
  if (t !== 15) {
    setRegister(s, t, value);
    return false;
  }
  s.v7m.branchTarget = value;
  return true;
}

/** LDM and STM without the forms of the hot loop. Returns true when the PC was loaded. */
export function executeMultipleTransfer(s: CoreState, operand: number): boolean {
  const h = operand >>> 16;
  const list = operand & 0xffff;
  const n = h & 15;
  const decrement = (h & 0x100) !== 0;
  const start = s.r[n]!;
  let bytes = 0;
  for (let rest = list; rest !== 0; rest &= rest - 1) bytes += 4;
  let at = (decrement ? start - bytes : start) | 0;
  if ((at & 3) !== 0) raiseUnaligned(s);
  const end = (decrement ? start - bytes : start + bytes) | 0;
  const isLoad = (h & 0x10) !== 0;
  const values: number[] = [];
  for (let register = 0; register < 16; register++) {
    if (((list >> register) & 1) === 0) continue;
    if (isLoad) values.push(load(s, at, 4));
    else store(s, at, s.r[register]!, 4);
    at = (at + 4) | 0;
    s.k++;
  }
  if ((h & 0x20) !== 0) setRegister(s, n, end);
  if (!isLoad) return false;
  let next = 0;
  for (let register = 0; register < 15; register++) {
    if (((list >> register) & 1) !== 0) s.r[register] = values[next++]!;
  }
  if ((list & 0x8000) === 0) return false;
  s.v7m.branchTarget = values[next]!;
  return true;
}

/** LDRD and STRD with write-back or from the PC. A7.7. */
function executeDouble(s: CoreState, h: number, h2: number): void {
  const n = h & 15;
  const start = n === 15 ? s.r[15]! & ~3 : s.r[n]!;
  const moved = (start + ((h & 0x80) !== 0 ? 4 : -4) * (h2 & 0xff)) | 0;
  const at = (h & 0x100) !== 0 ? moved : start;
  const t = h2 >> 12;
  const t2 = (h2 >> 8) & 15;
  if ((at & 3) !== 0) raiseUnaligned(s);
  if ((h & 0x10) !== 0) {
    const low = load(s, at, 4);
    const high = load(s, at + 4, 4);
    s.r[t] = low;
    s.r[t2] = high;
  } else {
    store(s, at, s.r[t]!, 4);
    store(s, at + 4, s.r[t2]!, 4);
  }
  s.k += 2;
  if ((h & 0x20) !== 0) setRegister(s, n, moved);
}

/**
 * LDREX, STREX and their narrow forms with a local monitor. The Cortex-M4 tags no address: any store-exclusive after a
 * load-exclusive succeeds (documented: TRM 3.3.3, the whole memory is one reservation granule). A3.4.
 */
function executeExclusive(s: CoreState, h: number, h2: number): void {
  const word = (h & 0x80) === 0;
  const width: Width = word ? 4 : (h2 & 0x10) !== 0 ? 2 : 1;
  const at = (s.r[h & 15]! + (word ? (h2 & 0xff) << 2 : 0)) | 0;
  if ((at & (width - 1)) !== 0) raiseUnaligned(s);
  const t = h2 >> 12;
  s.k++;
  if ((h & 0x10) !== 0) {
    s.r[t] = load(s, at, width);
    s.v7m.exclusive = true;
    return;
  }
  const d = word ? (h2 >> 8) & 15 : h2 & 15;
  if (s.probing) throw PROBE_ABORT;
  if (s.v7m.exclusive) {
    store(s, at, s.r[t]!, width);
    s.r[d] = 0;
  } else s.r[d] = 1;
  s.v7m.exclusive = false;
}

export function executeDualTransfer(s: CoreState, operand: number): void {
  const h = operand >>> 16;
  const h2 = operand & 0xffff;
  if ((h & 0x120) !== 0) executeDouble(s, h, h2);
  else executeExclusive(s, h, h2);
}
