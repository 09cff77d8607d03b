/** The system control block of ARMv7-M. B3.2. Offsets are from 0xE000_ED00. */
import { hasBit, setPending, updateActivePriority } from '../pending.ts';
import { icsrBits, writeAircr, writeIcsr } from '../scb.ts';
import type { CoreState } from '../state.ts';
import {
  BUS_FAULT,
  DEBUG_MONITOR,
  FIRST_IRQ,
  leaveLoop,
  MEM_MANAGE,
  PEND_SV,
  SV_CALL,
  SYS_TICK,
  USAGE_FAULT,
} from '../state.ts';

/** STKALIGN, BFHFNMIGN, DIV_0_TRP, UNALIGN_TRP, USERSETMPEND, NONBASETHRDENA. B3.2.8. */
const CCR_MASK = 0x31b;
/** DISOOFP, DISFPCA, DISFOLD, DISDEFWBUF, DISMCYCINT: kept, without effect. Cortex-M4 TRM 4.2 (documented). */
const ACTLR_MASK = 0x307;

/** ID_PFR0..ID_ISAR4 at 0xE000_ED40: Cortex-M4 TRM table 4-1 (documented). */
const FEATURES = [
  0x0000_0030, 0x0000_0200, 0x0010_0000, 0, 0x0010_0030, 0, 0x0100_0000, 0, 0x0110_1110, 0x0211_2000, 0x2123_2231,
  0x0111_1131, 0x0131_0132,
];

/** SHCSR. B3.2.13. */
const SHCSR: readonly (readonly [number, 'active' | 'pending' | 'enabled', number])[] = [
  [0, 'active', MEM_MANAGE],
  [1, 'active', BUS_FAULT],
  [3, 'active', USAGE_FAULT],
  [7, 'active', SV_CALL],
  [8, 'active', DEBUG_MONITOR],
  [10, 'active', PEND_SV],
  [11, 'active', SYS_TICK],
  [12, 'pending', USAGE_FAULT],
  [13, 'pending', MEM_MANAGE],
  [14, 'pending', BUS_FAULT],
  [15, 'pending', SV_CALL],
  [16, 'enabled', MEM_MANAGE],
  [17, 'enabled', BUS_FAULT],
  [18, 'enabled', USAGE_FAULT],
];

/** Exceptions whose priority SHPR1..SHPR3 hold. */
const CONFIGURABLE = new Set([MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SV_CALL, DEBUG_MONITOR, PEND_SV, SYS_TICK]);

function readShcsr(s: CoreState): number {
  let value = 0;
  for (const [bit, set, exception] of SHCSR) if (hasBit(s[set], exception)) value |= 1 << bit;
  return value;
}

function writeShcsr(s: CoreState, value: number): void {
  for (const [bit, set, exception] of SHCSR) {
    const mask = 1 << (exception & 31);
    if (((value >>> bit) & 1) !== 0) s[set][0]! |= mask;
    else s[set][0]! &= ~mask;
  }
}

function readPriorities(s: CoreState, offset: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = (value << 8) | s.priority[offset - 0x14 + i]!;
  return value >>> 0;
}

function writePriorities(s: CoreState, offset: number, value: number): void {
  for (let i = 0; i < 4; i++) {
    const exception = offset - 0x14 + i;
    if (CONFIGURABLE.has(exception)) s.priority[exception] = (value >>> (8 * i)) & s.options.priorityMask;
  }
}

/** ICSR.RETTOBASE: no exception is active but the one that runs. */
function returnsToBase(s: CoreState): boolean {
  const running = s.ipsr >> 5;
  for (let i = 0; i < s.active.length; i++) {
    const others = i === running ? s.active[i]! & ~(1 << (s.ipsr & 31)) : s.active[i]!;
    if (others !== 0) return false;
  }
  return true;
}

export function readScbV7m(s: CoreState, offset: number, fromDebugger: boolean): number {
  const { v7m } = s;
  if (offset >= 0x40 && offset < 0x40 + 4 * FEATURES.length) return FEATURES[(offset - 0x40) >> 2]!;
  switch (offset) {
    case 0x00:
      return s.options.cpuid;
    case 0x04:
      return (icsrBits(s, fromDebugger) | (returnsToBase(s) ? 1 << 11 : 0)) >>> 0;
    case 0x08:
      return s.vtor;
    case 0x0c:
      return (0xfa05_0000 | (v7m.prigroup << 8)) >>> 0;
    case 0x10:
      return s.scr;
    case 0x14:
      return v7m.ccr;
    case 0x18:
    case 0x1c:
    case 0x20:
      return readPriorities(s, offset);
    case 0x24:
      return readShcsr(s);
    case 0x28:
      return v7m.cfsr;
    case 0x2c:
      return v7m.hfsr;
    case 0x34:
      return v7m.mmfar;
    case 0x38:
      return v7m.bfar;
    default:
      return 0; // AFSR and cache registers too: a Cortex-M4 has neither (TRM table 4-1)
  }
}

export function writeScbV7m(s: CoreState, offset: number, value: number): void {
  const { v7m } = s;
  switch (offset) {
    case 0x04:
      writeIcsr(s, value);
      break;
    case 0x08:
      s.vtor = (value & s.options.vtorMask) >>> 0;
      break;
    case 0x0c:
      writeAircr(s, value);
      if (value >>> 16 === 0x05fa) {
        v7m.prigroup = (value >>> 8) & 7;
        s.groupMask = -(2 << v7m.prigroup);
      }
      break;
    case 0x10:
      s.scr = value & 0x16;
      break;
    case 0x14:
      v7m.ccr = value & CCR_MASK;
      break;
    case 0x18:
    case 0x1c:
    case 0x20:
      writePriorities(s, offset, value);
      break;
    case 0x24:
      writeShcsr(s, value);
      break;
    case 0x28:
      v7m.cfsr &= ~value;
      break;
    case 0x2c:
      v7m.hfsr &= ~value;
      break;
    case 0x34:
      v7m.mmfar = value | 0;
      break;
    case 0x38:
      v7m.bfar = value | 0;
      break;
  }
  updateActivePriority(s);
  leaveLoop(s);
}

/** ICTR, ACTLR and STIR, which lie outside the block. Offsets are from 0xE000_E000. */
export function readScsV7m(s: CoreState, offset: number): number {
  if (offset === 4) return Math.ceil(s.options.irqLines / 32) - 1;
  return offset === 8 ? s.v7m.actlr : 0;
}

export function writeScsV7m(s: CoreState, offset: number, value: number): void {
  if (offset === 8) s.v7m.actlr = value & ACTLR_MASK;
  else if (offset === 0xf00) {
    const line = value & 0x1ff;
    if (line < s.options.irqLines) setPending(s, FIRST_IRQ + line);
  }
}
