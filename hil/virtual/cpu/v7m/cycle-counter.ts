/**
 * DWT_CTRL and DWT_CYCCNT. ARMv7-M C1.8.7, C1.8.8. The counter follows core cycles while DEMCR.TRCENA and CYCCNTENA are set; it
 * stands still in debug state (documented) and while the core sleeps (reported: the core clock is gated).
 */
import type { CoreState } from '../state.ts';
import { cyclesOf } from '../state.ts';

const TRCENA = 0x0100_0000;
const CYCCNTENA = 1;

function counts(s: CoreState): boolean {
  return (s.debug.demcr & TRCENA) !== 0 && (s.debug.dwtCtrl & CYCCNTENA) !== 0;
}

/** Bring the counter up to the present cycle: before every look at it and every change of what makes it count. */
export function syncCycleCounter(s: CoreState): void {
  const now = cyclesOf(s);
  if (counts(s)) s.debug.cycCount = (s.debug.cycCount + now - s.debug.cycSince) % 0x1_0000_0000;
  s.debug.cycSince = now;
}

export function freezeCycleCounter(s: CoreState, cycles: number): void {
  s.debug.cycSince += cycles;
}

export function readCycleCounter(s: CoreState): number {
  syncCycleCounter(s);
  return s.debug.cycCount >>> 0;
}

export function writeCycleCounter(s: CoreState, value: number): void {
  syncCycleCounter(s);
  s.debug.cycCount = value >>> 0;
}

export function writeDwtControl(s: CoreState, value: number): void {
  syncCycleCounter(s);
  // CYCCNTENA, POSTPRESET, POSTINIT, CYCTAP, SYNCTAP, PCSAMPLENA and the event enables: all but the first only kept.
  s.debug.dwtCtrl = value & 0x007f_1fff;
}
