/**
 * Halting debug: DHCSR, DCRSR, DCRDR, DEMCR, DFSR and the breakpoint unit. ARMv6-M C1.6, C1.9.
 *
 * Only the debug port reaches them; the program reads zero (Cortex-M0+ TRM 7.1). They survive a system reset and answer while
 * the core is held in reset.
 */
import { refreshHooks } from './code-cache.ts';
import { setMsp, setPsp } from './special-registers.ts';
import type { CoreState } from './state.ts';
import { LOCKUP_ADDRESS, leaveLoop, mspOf, packPsr, pspOf, setFlags, switchStack } from './state.ts';

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
function writeDhcsr(s: CoreState, value: number): void {
  if (value >>> 16 !== 0xa05f) return;
  refreshHooks(s);
  s.debug.dhcsr = (value & C_DEBUGEN) !== 0 ? value & 15 : 0;
  if (s.halted && (s.debug.dhcsr & C_HALT) === 0) s.halted = false;
  refreshHooks(s);
  leaveLoop(s);
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
      return (s.control << 24) | s.primask;
    default:
      return 0;
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
      setFlags(s, value);
      s.t = (value >>> 24) & 1;
      switchStack(s, () => {
        s.ipsr = value & 0x3f;
      });
      break;
    case 17:
      setMsp(s, value);
      break;
    case 18:
      setPsp(s, value);
      break;
    case 20:
      s.primask = value & 1;
      switchStack(s, () => {
        s.control = (value >>> 24) & 3;
      });
      break;
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
      return s.debug.demcr;
    default:
      return 0;
  }
}

export function writeDebug(s: CoreState, offset: number, value: number): void {
  const { debug } = s;
  switch (offset) {
    case 0x30:
      debug.dfsr &= ~value;
      break;
    case 0xf0:
      writeDhcsr(s, value);
      break;
    case 0xf4:
      if (!s.halted) break; // DCRSR works in debug state only
      if ((value & 0x1_0000) !== 0) writeCoreRegister(s, value & 0x1f, debug.dcrdr);
      else debug.dcrdr = readCoreRegister(s, value & 0x1f);
      break;
    case 0xf8:
      debug.dcrdr = value | 0;
      break;
    case 0xfc:
      debug.demcr = value & DEMCR_MASK;
      break;
  }
}

export function isDebugRegister(offset: number): boolean {
  return offset === 0x30 || (offset >= 0xf0 && offset <= 0xfc);
}

/** BPU: BP_CTRL with KEY and four code comparators; addresses 0x0000_0000..0x1FFF_FFFF only (C1.9). */
export function readBpu(s: CoreState, offset: number): number {
  if (offset === 0) return (s.debug.fpComp.length << 4) | (s.debug.fpEnabled ? 1 : 0);
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
