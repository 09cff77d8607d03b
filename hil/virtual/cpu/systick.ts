/**
 * SysTick. ARMv6-M B3.3. The counter is computed from the cycle count when somebody looks, never stepped.
 *
 * It counts core cycles, or core cycles / 8 with CLKSOURCE = 0 (STM32G0: RM0454, clock tree, documented). It stands still while
 * the core is halted and in deep sleep, where HCLK is off.
 */
import { setPending } from './pending.ts';
import type { CoreState } from './state.ts';
import { cyclesOf, leaveLoop, SYS_TICK } from './state.ts';

const ENABLE = 1;
const TICKINT = 2;
const CLKSOURCE = 4;
const COUNTFLAG = 0x1_0000;

function divider(s: CoreState): number {
  return (s.systick.csr & CLKSOURCE) !== 0 ? 1 : s.options.sysTickReferenceDivider;
}

/** Bring value, COUNTFLAG and pending state up to the present cycle. */
export function syncSysTick(s: CoreState): void {
  const t = s.systick;
  const now = cyclesOf(s);
  if ((t.csr & ENABLE) === 0) {
    t.since = now;
    return;
  }
  const div = divider(s);
  const ticks = Math.floor((now - t.since) / div);
  if (ticks <= 0) return;
  t.since += ticks * div;
  if (ticks < t.value) {
    t.value -= ticks;
    return;
  }
  const period = t.reload + 1;
  // Ticks past the first 1 -> 0 step; with a value of 0 the next tick reloads, without a flag (B3.3).
  const past = t.value === 0 ? ticks : ticks - t.value;
  const reachedZero = t.value !== 0 || (past >= period && t.reload !== 0);
  t.value = past % period === 0 ? 0 : period - (past % period);
  if (!reachedZero) return;
  t.countFlag = true;
  if ((t.csr & TICKINT) !== 0) setPending(s, SYS_TICK);
}

/** Cycle of the next 1 -> 0 step that pends the exception, or Infinity. */
export function nextSysTickCycle(s: CoreState): number {
  const t = s.systick;
  if ((t.csr & (ENABLE | TICKINT)) !== (ENABLE | TICKINT)) return Infinity;
  if (t.value === 0 && t.reload === 0) return Infinity;
  const ticks = t.value === 0 ? t.reload + 1 : t.value;
  return t.since + ticks * divider(s);
}

/** `cycles` go by without a clock for SysTick. */
export function freezeSysTick(s: CoreState, cycles: number): void {
  s.systick.since += cycles;
}

export function readSysTick(s: CoreState, offset: number, fromDebugger: boolean): number {
  const t = s.systick;
  syncSysTick(s);
  switch (offset) {
    case 0x0: {
      const value = t.csr | (t.countFlag ? COUNTFLAG : 0);
      if (!fromDebugger) t.countFlag = false; // cleared by the processor's read, not by the debugger's (B3.3)
      return value;
    }
    case 0x4:
      return t.reload;
    case 0x8:
      return t.value;
    default:
      return s.options.sysTickCalibration;
  }
}

export function writeSysTick(s: CoreState, offset: number, value: number): void {
  const t = s.systick;
  syncSysTick(s);
  switch (offset) {
    case 0x0:
      if (((t.csr ^ value) & CLKSOURCE) !== 0) t.since = cyclesOf(s);
      t.csr = value & 7;
      break;
    case 0x4:
      t.reload = value & 0x00ff_ffff;
      break;
    case 0x8:
      t.value = 0; // any write clears counter and COUNTFLAG
      t.countFlag = false;
      t.since = cyclesOf(s);
      break;
  }
  leaveLoop(s);
}
