/** Recognise loops that only wait: run them once under guard and see whether anything changed. */

import { setupFastPath } from './fast-path.ts';
import { executionPriority, nextException } from './pending.ts';
import { resolveWindow } from './run.ts';
import type { CoreState } from './state.ts';
import { STOP_NONE } from './state.ts';
import { watchesPc } from './watchpoints.ts';

/** What a loop of ARMv7-M may change besides registers and the four flags. */
function extraState(s: CoreState): readonly number[] {
  const { it, q, ge, basepri, faultmask, exclusive } = s.v7m;
  const fp = s.fpu === undefined ? [] : [...s.fpu.s, s.fpu.fpscr, s.fpu.fpccr];
  return [it, q, ge, basepri, faultmask, Number(exclusive), ...fp];
}

/** See `Core.pollingLoopCycles`. A core that waits for the bus counts as a loop of one cycle. */
export function pollingLoopCycles(s: CoreState, maxInstructions: number): number {
  if (s.halted || s.held || s.lockup || s.sleeping || s.entering !== 0 || s.resetRequested || s.t === 0) return 0;
  if (s.vectorFetchDue || (s.mpu.ctrl & 1) !== 0 || (s.debug.dhcsr & 4) !== 0 || watchesPc(s) || s.checked) return 0;
  if (nextException(s, executionPriority(s)) !== 0) return 0;
  const window = resolveWindow(s);
  if (window !== 'ready') return window === 'stalled' ? 1 : 0;

  const registers = s.r.slice();
  const extra = s.isV7m ? extraState(s) : [];
  const extraRestore = { ...s.v7m };
  const fpRegisters = s.fpu?.s.slice();
  const fpControl = s.fpu === undefined ? undefined : { fpscr: s.fpu.fpscr, fpccr: s.fpu.fpccr, preserving: false };
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
        s.r.every((value, index) => value === registers[index]) &&
        (!s.isV7m || extraState(s).every((value, index) => value === extra[index]))
      ) {
        cycles = s.cycleBase + s.k - cycleBase - k;
      }
    }
  } finally {
    s.probing = false;
    s.r.set(registers);
    Object.assign(s, { n, z, c, v, t: 1, primask, control, otherSp, cycleBase, k, eventRegister });
    s.debug.retired = retired;
    if (s.isV7m) Object.assign(s.v7m, extraRestore);
    if (s.fpu !== undefined && fpRegisters !== undefined) {
      s.fpu.s.set(fpRegisters);
      Object.assign(s.fpu, fpControl);
    }
    setupFastPath(s);
    s.limit = limit;
  }
  return cycles;
}
