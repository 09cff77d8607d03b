/** Which exception a fault becomes: its own, HardFault, or lockup. ARMv7-M B1.5.1, B1.5.14 (escalation), B1.5.15 (lockup). */
import { lazyFault } from '../fpu/frames.ts';
import type { FpCore } from '../fpu/state.ts';
import { executionPriority, groupPriority, isEnabled, setPending } from '../pending.ts';
import type { CoreState, FaultCause } from '../state.ts';
import { BUS_FAULT, DEBUG_MONITOR, HARD_FAULT, LOCKUP_ADDRESS, MEM_MANAGE, USAGE_FAULT } from '../state.ts';
import {
  BFARVALID,
  DIVBYZERO,
  HFSR_DEBUGEVT,
  HFSR_FORCED,
  IACCVIOL,
  IBUSERR,
  INVSTATE,
  LSPERR,
  MLSPERR,
  MMARVALID,
  NOCP,
  UNALIGNED,
  UNDEFINSTR,
} from './fault-status.ts';

// DEMCR vector catch bits. C1.6.5.
const VC_MMERR = 0x10;
const VC_NOCPERR = 0x20;
const VC_CHKERR = 0x40;
const VC_STATERR = 0x80;
const VC_BUSERR = 0x100;
const VC_INTERR = 0x200;
const DFSR_BKPT = 2;

export function enterLockup(s: CoreState): void {
  s.lockup = true;
  s.entering = 0;
  s.r[15] = LOCKUP_ADDRESS;
}

function exceptionOf(bits: number): number {
  if ((bits & 0xff) !== 0) return MEM_MANAGE;
  return (bits & 0xff00) !== 0 ? BUS_FAULT : USAGE_FAULT;
}

function catchBitOf(bits: number): number {
  if ((bits & 0xff) !== 0) return VC_MMERR;
  if ((bits & 0xff00) !== 0) return VC_BUSERR;
  if ((bits & NOCP) !== 0) return VC_NOCPERR;
  return (bits & (UNALIGNED | DIVBYZERO)) !== 0 ? VC_CHKERR : VC_STATERR;
}

/** Set the status bits of a fault and, where they are valid, the address registers. */
export function recordFault(s: CoreState, bits: number): void {
  const { v7m } = s;
  if ((bits & MMARVALID) !== 0) v7m.mmfar = v7m.faultAddress;
  if ((bits & BFARVALID) !== 0) v7m.bfar = v7m.faultAddress;
  v7m.cfsr |= bits;
}

/** Pend HardFault for something that cannot be taken otherwise, or lock up where HardFault cannot be taken either. */
function escalate(s: CoreState, hfsr: number): void {
  s.v7m.hfsr |= hfsr;
  if (executionPriority(s) < 0) enterLockup(s);
  else setPending(s, HARD_FAULT);
}

/** A synchronous fault with these CFSR bits, at the present execution priority. `ready`: may its own exception be taken? */
function takeFault(s: CoreState, bits: number, ready?: boolean): void {
  recordFault(s, bits);
  const exception = exceptionOf(bits);
  const own = ready ?? (isEnabled(s, exception) && groupPriority(s, exception) < executionPriority(s));
  if (own) {
    if ((s.debug.demcr & catchBitOf(bits)) !== 0) s.debug.vectorCatch = true;
    setPending(s, exception);
  } else escalate(s, HFSR_FORCED);
}

/**
 * A fault of exception entry or return (B1.5.11): the more urgent of it and what is being entered is taken now, the other after. On
 * the way into HardFault it is one more reason for the same handler (corroborated: QEMU, and field reports of HardFault handlers
 * that find STKERR besides PRECISERR).
 */
export function takeDerivedFault(s: CoreState, bits: number): void {
  if ((s.debug.demcr & VC_INTERR) !== 0) s.debug.vectorCatch = true;
  takeFault(s, bits);
}

/**
 * The deferred store of a lazy FP frame failed: no fault address, and FPCCR's record of the interrupted code's situation decides
 * about escalation (B1.5.7).
 */
function takeLazyFault(s: CoreState, fpccr: number): void {
  const memManage = (s.v7m.fault & 0xff) !== 0;
  takeFault(s, memManage ? MLSPERR : LSPERR, (fpccr & (memManage ? 0x20 : 0x40)) !== 0);
}

function breakpoint(s: CoreState): void {
  s.debug.dfsr |= DFSR_BKPT;
  const monitor = isEnabled(s, DEBUG_MONITOR) && groupPriority(s, DEBUG_MONITOR) < executionPriority(s);
  if (monitor) setPending(s, DEBUG_MONITOR);
  else escalate(s, HFSR_DEBUGEVT);
}

/** See `Architecture.raiseFault`. */
export function raiseFault(s: CoreState, cause: FaultCause): void {
  switch (cause) {
    case 'data':
      if (s.fpu !== undefined && lazyFault(s as FpCore)) takeLazyFault(s, s.fpu.fpccr);
      else takeFault(s, s.v7m.fault);
      break;
    case 'undefined':
      takeFault(s, UNDEFINSTR);
      break;
    case 'state':
      takeFault(s, INVSTATE);
      break;
    case 'fetch':
      takeFault(s, IBUSERR);
      break;
    case 'execute-never':
    case 'execute-denied':
      takeFault(s, IACCVIOL);
      break;
    case 'svc':
      escalate(s, HFSR_FORCED);
      break;
    case 'bkpt':
      breakpoint(s);
      break;
  }
}
