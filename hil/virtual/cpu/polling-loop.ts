/** Recognise loops that only wait: run them once under guard and see whether anything changed. */

import { setupFastPath } from './fast-path.ts';
import { executionPriority, nextException } from './pending.ts';
import { resolveWindow } from './run.ts';
import type { CoreState } from './state.ts';
import { STOP_NONE } from './state.ts';
import { watchesPc } from './watchpoints.ts';

/** See `Core.pollingLoopCycles`. A core that waits for the bus counts as a loop of one cycle. */
export function pollingLoopCycles(s: CoreState, maxInstructions: number): number {
  if (s.halted || s.held || s.lockup || s.sleeping || s.entering !== 0 || s.resetRequested || s.t === 0) return 0;
  if (s.vectorFetchDue || (s.mpu.ctrl & 1) !== 0 || (s.debug.dhcsr & 4) !== 0 || watchesPc(s) || s.checked) return 0;
  if (nextException(s, executionPriority(s)) !== 0) return 0;
  const window = resolveWindow(s);
  if (window !== 'ready') return window === 'stalled' ? 1 : 0;

  const registers = s.r.slice();
  const { n, z, c, v, primask, control, otherSp, cycleBase, k, eventRegister, limit } = s;
  const retired = s.debug.retired;
  s.probing = true;
  setupFastPath(s);
  let cycles = 0;
  try {
    for (let i = 0; i < maxInstructions && cycles === 0; i++) {
      s.cycleBase += s.k;
      s.k = 0;
      s.limit = 1;
      s.arch.execute(s);
      if (s.stop !== STOP_NONE || resolveWindow(s) !== 'ready' || s.t === 0) break;
      if (
        s.r[15] === registers[15] &&
        s.primask === primask &&
        s.control === control &&
        s.otherSp === otherSp &&
        (s.n ^ n) >= 0 &&
        (s.z === 0) === (z === 0) &&
        s.c === c &&
        (s.v ^ v) >= 0 &&
        s.r.every((value, index) => value === registers[index])
      ) {
        cycles = s.cycleBase + s.k - cycleBase - k;
      }
    }
  } finally {
    s.probing = false;
    s.r.set(registers);
    Object.assign(s, { n, z, c, v, t: 1, primask, control, otherSp, cycleBase, k, eventRegister });
    s.debug.retired = retired;
    setupFastPath(s);
    s.limit = limit;
  }
  return cycles;
}
