/** The system control block. ARMv6-M B3.2. Offsets are from 0xE000_ED00. */
import { clearPending, hasBit, nextException, setPending, updateActivePriority } from './pending.ts';
import type { CoreState } from './state.ts';
import { FIRST_IRQ, leaveLoop, NMI, PEND_SV, SV_CALL, SYS_TICK } from './state.ts';

/** ICSR of both architectures. */
export function icsrBits(s: CoreState, fromDebugger: boolean): number {
  let value = s.ipsr;
  // VECTPENDING takes enables into account, and not PRIMASK (B3.2).
  const next = nextException(s, 256);
  value |= next << 12;
  if (irqPending(s)) value |= 1 << 22;
  if (fromDebugger && nextException(s, s.activePriority) !== 0) value |= 1 << 23; // ISRPREEMPT
  if (hasBit(s.pending, SYS_TICK)) value |= 1 << 26;
  if (hasBit(s.pending, PEND_SV)) value |= 1 << 28;
  if (hasBit(s.pending, NMI)) value |= 1 << 31;
  return value >>> 0;
}

function irqPending(s: CoreState): boolean {
  for (let exception = FIRST_IRQ; exception < s.priority.length; exception++) {
    if (hasBit(s.pending, exception)) return true;
  }
  return false;
}

export function writeIcsr(s: CoreState, value: number): void {
  if ((value & (1 << 31)) !== 0) setPending(s, NMI);
  if ((value & (1 << 28)) !== 0) setPending(s, PEND_SV);
  else if ((value & (1 << 27)) !== 0) clearPending(s, PEND_SV);
  if ((value & (1 << 26)) !== 0) setPending(s, SYS_TICK);
  else if ((value & (1 << 25)) !== 0) clearPending(s, SYS_TICK);
}

export function writeAircr(s: CoreState, value: number): void {
  if (value >>> 16 !== 0x05fa) return;
  if ((value & 4) !== 0) s.resetRequested = true;
  if ((value & 2) !== 0 && s.halted) {
    // VECTCLRACTIVE, for debuggers (B3.2)
    s.active.fill(0);
    s.ipsr = 0;
    updateActivePriority(s);
  }
}

export function readScb(s: CoreState, offset: number, fromDebugger: boolean): number {
  switch (offset) {
    case 0x00:
      return s.options.cpuid;
    case 0x04:
      return icsrBits(s, fromDebugger);
    case 0x08:
      return s.vtor;
    case 0x0c:
      return 0xfa05_0000; // VECTKEYSTAT, little endian
    case 0x10:
      return s.scr;
    case 0x14:
      return 0x208; // CCR: STKALIGN and UNALIGN_TRP, fixed
    case 0x1c:
      return (s.priority[SV_CALL]! << 24) >>> 0;
    case 0x20:
      return ((s.priority[SYS_TICK]! << 24) | (s.priority[PEND_SV]! << 16)) >>> 0;
    case 0x24:
      return fromDebugger && hasBit(s.pending, SV_CALL) ? 0x8000 : 0; // SHCSR is the debugger's (B3.2)
    default:
      return 0;
  }
}

export function writeScb(s: CoreState, offset: number, value: number): void {
  switch (offset) {
    case 0x04:
      writeIcsr(s, value);
      break;
    case 0x08:
      s.vtor = (value & s.options.vtorMask) >>> 0;
      break;
    case 0x0c:
      writeAircr(s, value);
      break;
    case 0x10:
      s.scr = value & 0x16;
      break;
    case 0x1c:
      s.priority[SV_CALL] = (value >>> 24) & s.options.priorityMask;
      break;
    case 0x20:
      s.priority[SYS_TICK] = (value >>> 24) & s.options.priorityMask;
      s.priority[PEND_SV] = (value >>> 16) & s.options.priorityMask;
      break;
  }
  updateActivePriority(s);
  leaveLoop(s);
}
