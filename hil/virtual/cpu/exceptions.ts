/**
 * Exception entry and return, faults and lockup. ARMv6-M B1.5.
 *
 * An entry has two halves: the frame is stacked, time passes, then the vector is fetched. What becomes pending in between with a
 * higher priority is served first (late arrival).
 *
 * Cycles: entry 15, stacking and vector fetch together (documented: Cortex-M0+ TRM 1.2, zero wait states). Return 10 and
 * tail-chaining 6 are hypotheses; the TRM gives no figure for the Cortex-M0+.
 */
import { isBusFault } from '../bus.ts';
import { load, store } from './memory-access.ts';
import {
  clearBit,
  executionPriority,
  hasBit,
  nextException,
  setBit,
  setPending,
  updateActivePriority,
} from './pending.ts';
import type { CoreState } from './state.ts';
import { HARD_FAULT, LOCKUP_ADDRESS, NMI, packPsr, setFlags, switchStack, usesPsp } from './state.ts';

const STACKING_CYCLES = 13;
const VECTOR_CYCLES = 2;
const TAIL_CHAIN_CYCLES = 4;
const RETURN_CYCLES = 10;

export function enterLockup(s: CoreState): void {
  s.lockup = true;
  s.entering = 0;
  s.r[15] = LOCKUP_ADDRESS;
}

/** All synchronous faults of ARMv6-M are HardFault; at priority -1 or -2 they lock the core up (B1.5). */
export function raiseHardFault(s: CoreState): void {
  if (s.activePriority < 0) enterLockup(s);
  else setPending(s, HARD_FAULT);
}

function faultOf(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (isBusFault(error)) return true;
    throw error;
  }
}

/** Stack the frame for `exception`, with r[15] as the return address (B1.5 PushStack). */
export function beginEntry(s: CoreState, exception: number): void {
  const r = s.r;
  const sp = r[13]!;
  const frame = (sp - 32) & ~4; // 8-byte alignment, remembered in bit 9 of the stacked xPSR
  const psr = packPsr(s) | ((sp & 4) !== 0 ? 0x200 : 0);
  const words = [r[0]!, r[1]!, r[2]!, r[3]!, r[12]!, r[14]!, r[15]! & ~1, psr];
  r[13] = frame;
  const faulted = faultOf(() => {
    words.forEach((word, i) => {
      store(s, frame + 4 * i, word, 4);
    });
  });
  s.sleeping = false;
  s.entering = exception;
  s.enteringReturn = s.ipsr !== 0 ? 0xffff_fff1 : usesPsp(s) ? 0xffff_fffd : 0xffff_fff9;
  s.cycleBase += STACKING_CYCLES;
  if (faulted) derivedFault(s);
}

/** A fault while stacking or unstacking: HardFault is taken instead, or lockup where nothing outranks (B1.5). */
function derivedFault(s: CoreState): void {
  if (s.activePriority < 0 || s.entering === HARD_FAULT || s.entering === NMI) {
    setBit(s.active, HARD_FAULT);
    updateActivePriority(s);
    enterLockup(s);
  } else {
    setPending(s, HARD_FAULT);
    s.entering = HARD_FAULT;
  }
}

/** Fetch the vector of what is most urgent now and enter it. Returns the exception entered, or 0 (stalled, locked up). */
export function finishEntry(s: CoreState): number {
  let exception = nextException(s, executionPriority(s)) || s.entering;
  let vector = fetchVector(s, exception);
  if (vector === undefined && exception !== HARD_FAULT && exception !== NMI) {
    exception = HARD_FAULT;
    vector = fetchVector(s, exception);
  }
  if (vector === 'stall') return 0;
  clearBit(s.pending, exception);
  setBit(s.active, exception);
  updateActivePriority(s);
  switchStack(s, () => {
    s.ipsr = exception;
    s.control &= ~2;
  });
  s.entering = 0;
  s.r[14] = s.enteringReturn;
  s.eventRegister = true; // B1.5: exception entry is an event
  if (vector === undefined) {
    enterLockup(s);
    return 0;
  }
  s.r[15] = vector & ~1;
  s.t = vector & 1;
  s.cycleBase += VECTOR_CYCLES;
  return exception;
}

/** The word of the vector table, undefined for a bus fault. The MPU does not apply (B3.5). */
function fetchVector(s: CoreState, exception: number): number | 'stall' | undefined {
  const address = (s.vtor + 4 * exception) >>> 0;
  const region = s.bus.memoryAt(address);
  if (region?.stalled === true) return 'stall';
  try {
    return s.bus.read(address, 4);
  } catch (error) {
    if (isBusFault(error)) return undefined;
    throw error;
  }
}

/** Reset's own vector fetch: MSP, then PC. A bus fault there locks the core up (B1.5). */
export function fetchResetVector(s: CoreState): void {
  s.vectorFetchDue = false;
  const faulted = faultOf(() => {
    s.r[13] = s.bus.read(0, 4) & ~3;
    const vector = s.bus.read(4, 4);
    s.r[15] = vector & ~1;
    s.t = vector & 1;
  });
  if (faulted) enterLockup(s);
}

/** B1.5 ExceptionReturn. Values that the manual calls UNPREDICTABLE end in HardFault (hypothesis). */
export function exceptionReturn(s: CoreState): void {
  const value = s.excReturn >>> 0;
  const exception = s.ipsr;
  clearBit(s.active, exception);
  updateActivePriority(s);
  if (hasBit(s.level, exception)) setPending(s, exception);
  s.eventRegister = true;
  s.enteringReturn = value;
  if (value !== 0xffff_fff1 && value !== 0xffff_fff9 && value !== 0xffff_fffd) {
    derivedFault(s);
    return;
  }
  const next = nextException(s, executionPriority(s));
  if (next !== 0) {
    s.entering = next;
    s.cycleBase += TAIL_CHAIN_CYCLES;
    return;
  }
  s.cycleBase += RETURN_CYCLES;
  unstack(s, value);
}

function unstack(s: CoreState, value: number): void {
  const fromPsp = value === 0xffff_fffd;
  const frame = fromPsp ? s.otherSp : s.r[13]!;
  const words: number[] = [];
  const faulted = faultOf(() => {
    for (let i = 0; i < 8; i++) words.push(load(s, frame + 4 * i, 4));
  });
  if (faulted) {
    derivedFault(s);
    return;
  }
  const [r0, r1, r2, r3, r12, lr, pc, psr] = words as [number, number, number, number, number, number, number, number];
  const sp = (frame + 32) | ((psr & 0x200) !== 0 ? 4 : 0);
  if (fromPsp) s.otherSp = sp;
  else s.r[13] = sp;
  switchStack(s, () => {
    s.ipsr = value === 0xffff_fff1 ? psr & 0x3f : 0;
    s.control = fromPsp ? s.control | 2 : s.control & ~2;
  });
  s.r[0] = r0;
  s.r[1] = r1;
  s.r[2] = r2;
  s.r[3] = r3;
  s.r[12] = r12;
  s.r[14] = lr;
  s.r[15] = pc & ~1;
  s.t = (psr >>> 24) & 1;
  setFlags(s, psr);
  // SCR.SLEEPONEXIT: back to thread mode means sleep (B1.5).
  if (s.ipsr === 0 && (s.scr & 2) !== 0) {
    s.sleeping = true;
    s.sleepingForEvent = false;
  }
}
