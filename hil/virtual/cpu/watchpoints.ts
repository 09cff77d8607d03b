/**
 * The DWT comparators: data and instruction address. ARMv6-M C1.8, ARMv7-M C1.8.
 * Data values (DATAVMATCH) and the trace functions of ARMv7-M are not modelled.
 */
import type { CoreState } from './state.ts';
import { leaveLoop } from './state.ts';
import { readCycleCounter, writeCycleCounter, writeDwtControl } from './v7m/cycle-counter.ts';

const TRCENA = 0x0100_0000;
const MON_EN = 0x1_0000;
const FUNCTION_PC = 4;
const FUNCTION_READ = 5;
const FUNCTION_WRITE = 6;
const FUNCTION_ACCESS = 7;

function enabled(s: CoreState): boolean {
  const { demcr, dhcsr } = s.debug;
  return (demcr & TRCENA) !== 0 && ((dhcsr & 1) !== 0 || (s.isV7m && (demcr & MON_EN) !== 0));
}

/** True while a comparator looks at data accesses. */
export function watchesData(s: CoreState): boolean {
  return enabled(s) && s.debug.dwtFunction.some((f) => f >= FUNCTION_READ);
}

/** True while a comparator looks at instruction addresses. */
export function watchesPc(s: CoreState): boolean {
  return enabled(s) && s.debug.dwtFunction.includes(FUNCTION_PC);
}

function matches(s: CoreState, i: number, address: number, width: number): boolean {
  const low = 2 ** s.debug.dwtMask[i]!;
  const base = Math.floor((s.debug.dwtComp[i]! >>> 0) / low) * low;
  return address < base + low && base < address + width;
}

/** Note a data access; the core halts when the instruction is complete. */
export function watchAccess(s: CoreState, address: number, width: number, write: boolean): void {
  if (!enabled(s) || s.probing) return;
  for (let i = 0; i < s.debug.dwtFunction.length; i++) {
    const f = s.debug.dwtFunction[i]!;
    if (f !== FUNCTION_ACCESS && f !== (write ? FUNCTION_WRITE : FUNCTION_READ)) continue;
    if (!matches(s, i, address, width)) continue;
    s.debug.dwtHit |= 1 << i;
    s.debug.dwtMatched[i] = 1;
    leaveLoop(s);
  }
}

/** True when an instruction comparator matches the instruction about to run. */
export function watchedPc(s: CoreState): boolean {
  for (let i = 0; i < s.debug.dwtFunction.length; i++) {
    if (s.debug.dwtFunction[i] !== FUNCTION_PC || !matches(s, i, s.r[15]! >>> 0, 2)) continue;
    s.debug.dwtMatched[i] = 1;
    return true;
  }
  return false;
}

export function readDwt(s: CoreState, offset: number): number {
  const { debug } = s;
  if (offset === 0) return ((debug.dwtComp.length << 28) | debug.dwtCtrl) >>> 0; // DWT_CTRL.NUMCOMP
  if (s.isV7m && offset === 4) return readCycleCounter(s);
  // DWT_PCSR: 0xFFFF_FFFF while halted or without TRCENA (C1.8).
  if (offset === 0x1c) return s.halted || (debug.demcr & TRCENA) === 0 ? 0xffff_ffff : s.r[15]! >>> 0;
  const i = (offset - 0x20) >> 4;
  if (offset < 0x20 || i >= debug.dwtComp.length) return 0;
  switch (offset & 15) {
    case 0:
      return debug.dwtComp[i]!;
    case 4:
      return debug.dwtMask[i]!;
    case 8: {
      const value = debug.dwtFunction[i]! | (debug.dwtMatched[i]! << 24);
      debug.dwtMatched[i] = 0; // MATCHED clears on read (C1.8)
      return value;
    }
    default:
      return 0;
  }
}

export function writeDwt(s: CoreState, offset: number, value: number): void {
  const { debug } = s;
  if (s.isV7m && offset === 0) writeDwtControl(s, value);
  if (s.isV7m && offset === 4) writeCycleCounter(s, value);
  const i = (offset - 0x20) >> 4;
  if (offset < 0x20 || i >= debug.dwtComp.length) return;
  switch (offset & 15) {
    case 0:
      debug.dwtComp[i] = value;
      break;
    case 4:
      debug.dwtMask[i] = value & 31;
      break;
    case 8:
      debug.dwtFunction[i] = value & 15;
      debug.dwtMatched[i] = 0;
      break;
  }
}
