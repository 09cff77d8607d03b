/**
 * Halting debug: DHCSR, DCRSR, DCRDR, DEMCR, DFSR and the breakpoint unit. ARMv6-M C1.6, C1.9.
 *
 * In ARMv6-M only the debug port reaches them; the program reads zero (Cortex-M0+ TRM 7.1). They survive a system reset and answer while
 * the core is held in reset.
 */
import { codeComparators, refreshHooks } from './code-cache.ts';
import { FPSCR_MASK } from './fpu/state.ts';
import { clearBit, hasBit, setBit, setPending } from './pending.ts';
import { setMsp, setPsp } from './special-registers.ts';
import type { CoreState } from './state.ts';
import { DEBUG_MONITOR, LOCKUP_ADDRESS, leaveLoop, mspOf, packPsr, pspOf, setPsr, switchStack } from './state.ts';
import { syncCycleCounter } from './v7m/cycle-counter.ts';
import { setBasepri } from './v7m/masks.ts';

export const C_DEBUGEN = 1;
export const C_HALT = 2;
export const C_STEP = 4;

export const DFSR_HALTED = 1;
export const DFSR_BKPT = 2;
export const DFSR_DWTTRAP = 4;
export const DFSR_VCATCH = 8;

export const VC_CORERESET = 1;
export const VC_HARDERR = 0x400;

const DEMCR_MASK = 0x0100_0401;
/** ARMv7-M C1.6.5: vector catches, MON_EN, MON_PEND, MON_STEP, MON_REQ, TRCENA. */
const DEMCR_MASK_V7M = 0x010f_07f1;
const MON_EN = 0x1_0000;
const MON_PEND = 0x2_0000;
export const MON_STEP = 0x4_0000;

export function debugEnabled(s: CoreState): boolean {
  return (s.debug.dhcsr & C_DEBUGEN) !== 0;
}

/** Enter debug state. A sleeping core is awake then (C1.5). */
export function halt(s: CoreState, cause: number): void {
  s.halted = true;
  s.sleeping = false;
  s.debug.dhcsr |= C_HALT;
  s.debug.dfsr |= cause;
  leaveLoop(s);
}

function readDhcsr(s: CoreState): number {
  const { debug } = s;
  let value = debug.dhcsr | 0x1_0000; // S_REGRDY
  if (s.halted) value |= 0x2_0000;
  if (s.sleeping) value |= 0x4_0000;
  if (s.lockup && !s.halted) value |= 0x8_0000;
  if (debug.retired) value |= 0x100_0000;
  if (debug.resetSeen || s.held) value |= 0x200_0000;
  debug.retired = false;
  debug.resetSeen = false;
  return value;
}

/** Write DHCSR. Whether the core then halts or steps at once is for the caller to settle. */
function writeDhcsr(s: CoreState, written: number, fromDebugger: boolean): void {
  if (written >>> 16 !== 0xa05f) return;
  // ARMv7-M C1.6.2: a program may halt itself, but not switch halting debug on or off.
  const value = fromDebugger ? written : (written & ~C_DEBUGEN) | (s.debug.dhcsr & C_DEBUGEN);
  refreshHooks(s);
  s.debug.dhcsr = (value & C_DEBUGEN) !== 0 ? value & 15 : 0;
  if (s.halted && (s.debug.dhcsr & C_HALT) === 0) s.halted = false;
  refreshHooks(s);
  leaveLoop(s);
}

/** DEMCR of ARMv7-M: DebugMonitor's enable and pending state live with the other exceptions. */
function writeDemcr(s: CoreState, value: number): void {
  if (!s.isV7m) {
    s.debug.demcr = value & DEMCR_MASK;
    return;
  }
  syncCycleCounter(s);
  refreshHooks(s);
  s.debug.demcr = value & DEMCR_MASK_V7M & ~MON_PEND;
  if ((value & MON_EN) !== 0) setBit(s.enabled, DEBUG_MONITOR);
  else clearBit(s.enabled, DEBUG_MONITOR);
  if ((value & MON_PEND) !== 0) setPending(s, DEBUG_MONITOR);
  else clearBit(s.pending, DEBUG_MONITOR);
  refreshHooks(s);
  leaveLoop(s);
}

/** CONTROL, FAULTMASK, BASEPRI, PRIMASK, a byte each. C1.6.3. */
function readMasks(s: CoreState): number {
  return (s.control << 24) | (s.v7m.faultmask << 16) | (s.v7m.basepri << 8) | s.primask;
}

function writeMasks(s: CoreState, value: number): void {
  s.primask = value & 1;
  if (s.isV7m) {
    setBasepri(s, (value >>> 8) & 0xff);
    s.v7m.faultmask = (value >>> 16) & 1;
  }
  const control = (s.options.unprivileged ? 3 : 2) | (s.fpu !== undefined ? 4 : 0);
  switchStack(s, () => {
    s.control = (value >>> 24) & control;
  });
}

/** DCRSR 0x21 FPSCR, 0x40-0x5F S0-S31. */
function readFpRegister(s: CoreState, selector: number): number {
  if (s.fpu === undefined) return 0;
  return selector === 0x21 ? s.fpu.fpscr : (s.fpu.s[selector - 0x40] ?? 0);
}

function writeFpRegister(s: CoreState, selector: number, value: number): void {
  if (s.fpu === undefined) return;
  if (selector === 0x21) s.fpu.fpscr = value & FPSCR_MASK;
  else if (selector >= 0x40 && selector < 0x60) s.fpu.s[selector - 0x40] = value;
}

function readCoreRegister(s: CoreState, selector: number): number {
  if (selector < 15) return s.r[selector]!;
  switch (selector) {
    case 15:
      return s.r[15]!;
    case 16:
      return packPsr(s);
    case 17:
      return mspOf(s);
    case 18:
      return pspOf(s);
    case 20:
      return readMasks(s);
    default:
      return readFpRegister(s, selector);
  }
}

function writeCoreRegister(s: CoreState, selector: number, value: number): void {
  if (selector === 13) s.r[13] = value & ~3;
  else if (selector < 15) s.r[selector] = value;
  switch (selector) {
    case 15:
      s.r[15] = value & ~1;
      if (s.r[15] >>> 0 !== LOCKUP_ADDRESS) s.lockup = false; // B1.5: a debugger may lead the core out of lockup
      break;
    case 16:
      setPsr(s, value);
      switchStack(s, () => {
        s.ipsr = value & (s.isV7m ? 0x1ff : 0x3f);
      });
      break;
    case 17:
      setMsp(s, value);
      break;
    case 18:
      setPsp(s, value);
      break;
    case 20:
      writeMasks(s, value);
      break;
    default:
      writeFpRegister(s, selector, value);
  }
}

/** Offsets from 0xE000_ED00: DFSR 0x30, DHCSR 0xF0, DCRDR 0xF8, DEMCR 0xFC. */
export function readDebug(s: CoreState, offset: number): number {
  switch (offset) {
    case 0x30:
      return s.debug.dfsr;
    case 0xf0:
      return readDhcsr(s);
    case 0xf8:
      return s.debug.dcrdr;
    case 0xfc:
      return s.debug.demcr | (s.isV7m && hasBit(s.pending, DEBUG_MONITOR) ? MON_PEND : 0);
    default:
      return 0;
  }
}

export function writeDebug(s: CoreState, offset: number, value: number, fromDebugger: boolean): void {
  const { debug } = s;
  switch (offset) {
    case 0x30:
      debug.dfsr &= ~value;
      break;
    case 0xf0:
      writeDhcsr(s, value, fromDebugger);
      break;
    case 0xf4:
      if (!s.halted) break; // DCRSR works in debug state only
      if ((value & 0x1_0000) !== 0) writeCoreRegister(s, value & 0x7f, debug.dcrdr);
      else debug.dcrdr = readCoreRegister(s, value & 0x7f);
      break;
    case 0xf8:
      debug.dcrdr = value | 0;
      break;
    case 0xfc:
      writeDemcr(s, value);
      break;
  }
}

export function isDebugRegister(offset: number): boolean {
  return offset === 0x30 || (offset >= 0xf0 && offset <= 0xfc);
}

/** BPU: BP_CTRL with KEY and four code comparators; addresses 0x0000_0000..0x1FFF_FFFF only (C1.9). */
export function readBpu(s: CoreState, offset: number): number {
  // FP_CTRL: NUM_CODE, and in ARMv7-M NUM_LIT (C1.11.3). FP_REMAP: no remapping (RMPSPT = 0).
  const codes = codeComparators(s);
  if (offset === 0) return ((s.debug.fpComp.length - codes) << 8) | (codes << 4) | (s.debug.fpEnabled ? 1 : 0);
  const i = (offset - 8) >> 2;
  return offset >= 8 && i < s.debug.fpComp.length ? s.debug.fpComp[i]! : 0;
}

export function writeBpu(s: CoreState, offset: number, value: number): void {
  const i = (offset - 8) >> 2;
  refreshHooks(s);
  if (offset === 0) {
    if ((value & 2) !== 0) s.debug.fpEnabled = (value & 1) !== 0;
  } else if (offset >= 8 && i < s.debug.fpComp.length) s.debug.fpComp[i] = value & 0xdfff_fffd;
  refreshHooks(s);
  leaveLoop(s);
}
