/**
 * Exception entry and return of ARMv7-M. B1.5.6-B1.5.8, B1.5.11 (derived exceptions), B1.5.12 (tail-chaining).
 *
 * As in ARMv6-M (../exceptions.ts) an entry has two halves: the frame is stacked, time passes, then the vector is fetched, and what
 * has become pending in between with a higher priority is served first (late arrival).
 *
 * Cycles: entry 12, tail-chaining 6 (documented: Cortex-M4 TRM 3.9.1, zero wait states); return 10 is a hypothesis. The 17 words
 * that the FPU adds without lazy stacking count one cycle each (hypothesis).
 */
import { isBusFault } from '../../bus.ts';
import { hasFpContext, popFpFrame, pushFpFrame } from '../fpu/frames.ts';
import type { FpCore } from '../fpu/state.ts';
import { FP_DONE } from '../fpu/state.ts';
import { load, store } from '../memory-access.ts';
import {
  clearBit,
  executionPriority,
  groupPriority,
  hasBit,
  isEnabled,
  nextException,
  setBit,
  setPending,
  updateActivePriority,
} from '../pending.ts';
import type { CoreState } from '../state.ts';
import {
  BUS_FAULT,
  DEBUG_MONITOR,
  HARD_FAULT,
  MEM_MANAGE,
  NMI,
  packPsr,
  setPsr,
  switchStack,
  usesPsp,
} from '../state.ts';
import { CORE_FAULT, HFSR_VECTTBL, INVPC, MSTKERR, MUNSTKERR, NOCP, STKERR, UNSTKERR } from './fault-status.ts';
import { enterLockup, takeDerivedFault } from './faults.ts';

const STACKING_CYCLES = 10;
const VECTOR_CYCLES = 2;
const TAIL_CHAIN_CYCLES = 4;
const RETURN_CYCLES = 10;
const FP_WORDS = 17;

const CCR_NONBASETHRDENA = 1;
const CCR_STKALIGN = 0x200;
const FPCA = 4;

/** CFSR bits of what `action` met: those given for a bus fault or an MPU fault, NOCP for the FPU, 0 for nothing. */
function faultOf(action: () => number, bus: number, mpu: number): number {
  try {
    return action() === FP_DONE ? 0 : NOCP;
  } catch (error) {
    if (isBusFault(error)) return bus;
    if (error === CORE_FAULT) return mpu;
    throw error;
  }
}

/** FPCCR's RDY bits: which fault handlers could be taken at the present priority. B3.2.21. */
function readyBits(s: CoreState): number {
  const priority = executionPriority(s);
  const ready = (exception: number): boolean => isEnabled(s, exception) && groupPriority(s, exception) < priority;
  return (
    (ready(DEBUG_MONITOR) ? 0x100 : 0) |
    (ready(BUS_FAULT) ? 0x40 : 0) |
    (ready(MEM_MANAGE) ? 0x20 : 0) |
    (priority > -1 ? 0x10 : 0)
  );
}

/** See `Architecture.beginEntry`. B1.5.6 PushStack. */
export function beginEntry(s: CoreState, exception: number): void {
  const r = s.r;
  const withFp = s.fpu !== undefined && hasFpContext(s as FpCore);
  const sp = r[13]!;
  const align = withFp || (s.v7m.ccr & CCR_STKALIGN) !== 0 ? 4 : 0;
  const frame = (sp - (withFp ? 104 : 32)) & ~align;
  const psr = packPsr(s) | ((sp & align) !== 0 ? 0x200 : 0);
  const words = [r[0]!, r[1]!, r[2]!, r[3]!, r[12]!, r[14]!, r[15]! & ~1, psr];
  r[13] = frame;
  const fault = faultOf(
    () => {
      words.forEach((word, i) => {
        store(s, frame + 4 * i, word, 4);
      });
      return withFp ? pushFpFrame(s as FpCore, frame, readyBits(s)) : FP_DONE;
    },
    STKERR,
    MSTKERR,
  );
  s.sleeping = false;
  s.entering = exception;
  s.enteringReturn = (s.ipsr !== 0 ? 0xffff_fff1 : usesPsp(s) ? 0xffff_fffd : 0xffff_fff9) - (withFp ? 16 : 0);
  s.cycleBase += STACKING_CYCLES + (withFp && (s.fpu!.fpccr & 0x4000_0000) === 0 ? FP_WORDS : 0);
  if (fault !== 0) takeDerivedFault(s, fault);
}

/** See `Architecture.finishEntry`. B1.5.6 ExceptionTaken. */
export function finishEntry(s: CoreState): number {
  let exception = nextException(s, executionPriority(s)) || s.entering;
  let vector = fetchVector(s, exception);
  if (vector === undefined && exception !== HARD_FAULT && exception !== NMI) {
    s.v7m.hfsr |= HFSR_VECTTBL;
    exception = HARD_FAULT;
    vector = fetchVector(s, exception);
  }
  if (vector === 'stall') return 0;
  clearBit(s.pending, exception);
  setBit(s.active, exception);
  updateActivePriority(s);
  switchStack(s, () => {
    s.ipsr = exception;
    s.control &= ~(2 | FPCA);
  });
  s.entering = 0;
  s.r[14] = s.enteringReturn;
  s.v7m.it = 0;
  s.v7m.exclusive = false;
  s.eventRegister = true; // B1.5.6: exception entry is an event
  if (vector === undefined) {
    s.v7m.hfsr |= HFSR_VECTTBL;
    enterLockup(s);
    return 0;
  }
  s.r[15] = vector & ~1;
  s.t = vector & 1;
  s.cycleBase += VECTOR_CYCLES;
  return exception;
}

/** The word of the vector table, undefined for a bus fault. The MPU does not apply (B3.5.1). */
function fetchVector(s: CoreState, exception: number): number | 'stall' | undefined {
  const address = (s.vtor + 4 * exception) >>> 0;
  if (s.bus.memoryAt(address)?.stalled === true) return 'stall';
  try {
    return s.bus.read(address, 4);
  } catch (error) {
    if (isBusFault(error)) return undefined;
    throw error;
  }
}

/** Number of active exceptions. */
function activeCount(s: CoreState): number {
  let count = 0;
  for (const word of s.active) for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** B1.5.8 DeActivate. */
function deactivate(s: CoreState, exception: number): void {
  clearBit(s.active, exception);
  updateActivePriority(s);
  if (exception !== NMI) s.v7m.faultmask = 0;
  if (hasBit(s.level, exception)) setPending(s, exception);
}

/** The return fails: its fault is taken on the frame that is still there, as if it had tail-chained. */
function refuseReturn(s: CoreState, value: number, bits: number): void {
  s.enteringReturn = (value | 0xf000_0000) >>> 0;
  takeDerivedFault(s, bits);
  if (!s.lockup) s.entering = nextException(s, executionPriority(s)) || HARD_FAULT;
}

/** See `Architecture.exceptionReturn`. B1.5.8 ExceptionReturn. */
export function exceptionReturn(s: CoreState): void {
  const value = s.excReturn >>> 0;
  const exception = s.ipsr;
  const nested = activeCount(s);
  const wasActive = hasBit(s.active, exception);
  const toHandler = (value & 15) === 1;
  const toThread = (value & 15) === 9 || (value & 15) === 13;
  const baseOnly = toThread && nested !== 1 && (s.v7m.ccr & CCR_NONBASETHRDENA) === 0;
  const reserved = (value & 0x0fff_ffe0) !== 0x0fff_ffe0 || (s.fpu === undefined && (value & 0x10) === 0);
  deactivate(s, exception);
  s.eventRegister = true;
  s.v7m.exclusive = false;
  if (!wasActive || baseOnly || reserved || !(toHandler || toThread)) {
    refuseReturn(s, value, INVPC);
    return;
  }
  s.enteringReturn = value;
  const next = nextException(s, executionPriority(s));
  if (next !== 0) {
    s.entering = next;
    s.cycleBase += TAIL_CHAIN_CYCLES;
    return;
  }
  s.cycleBase += RETURN_CYCLES;
  unstack(s, value, nested);
}

/** B1.5.8 PopStack, and the checks after it. */
function unstack(s: CoreState, value: number, nested: number): void {
  const fromPsp = (value & 4) !== 0;
  const withFp = (value & 0x10) === 0;
  const frame = fromPsp ? s.otherSp : s.r[13]!;
  const words: number[] = [];
  const fault = faultOf(
    () => {
      for (let i = 0; i < 8; i++) words.push(load(s, frame + 4 * i, 4));
      return withFp ? popFpFrame(s as FpCore, frame) : FP_DONE;
    },
    UNSTKERR,
    MUNSTKERR,
  );
  if (fault !== 0) {
    refuseReturn(s, value, fault);
    return;
  }
  const [r0, r1, r2, r3, r12, lr, pc, psr] = words as [number, number, number, number, number, number, number, number];
  const aligned = withFp || (s.v7m.ccr & CCR_STKALIGN) !== 0;
  const sp = (frame + (withFp ? 104 : 32)) | (aligned && (psr & 0x200) !== 0 ? 4 : 0);
  if (fromPsp) s.otherSp = sp;
  else s.r[13] = sp;
  const toThread = (value & 8) !== 0;
  const ipsr = psr & 0x1ff;
  switchStack(s, () => {
    s.ipsr = toThread ? 0 : ipsr;
    s.control = (s.control & 1) | (fromPsp ? 2 : 0) | (withFp ? FPCA : 0);
  });
  s.r[0] = r0;
  s.r[1] = r1;
  s.r[2] = r2;
  s.r[3] = r3;
  s.r[12] = r12;
  s.r[14] = lr;
  s.r[15] = pc & ~1;
  setPsr(s, psr);
  if (toThread !== (ipsr === 0)) {
    takeDerivedFault(s, INVPC); // on a new frame of the state just restored
    return;
  }
  // SCR.SLEEPONEXIT: back to the base level means sleep.
  if (toThread && nested === 1 && (s.scr & 2) !== 0) {
    s.sleeping = true;
    s.sleepingForEvent = false;
  }
}
