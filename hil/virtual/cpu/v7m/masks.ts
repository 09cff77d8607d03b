/** CPS and the mask registers of ARMv7-M. B5.2.1, B1.4.3. */
import { executionPriority } from '../pending.ts';
import type { CoreState } from '../state.ts';

/** `which`: bit 1 PRIMASK, bit 0 FAULTMASK. FAULTMASK can be set below priority -1 only. The caller has checked the privilege. */
export function changeMasks(s: CoreState, disable: number, which: number): void {
  if ((which & 2) !== 0) s.primask = disable;
  if ((which & 1) !== 0) setFaultMask(s, disable);
}

export function setFaultMask(s: CoreState, value: number): void {
  if (value === 0) s.v7m.faultmask = 0;
  else if (executionPriority(s) > -1) s.v7m.faultmask = 1;
}

export function setBasepri(s: CoreState, value: number): void {
  s.v7m.basepri = value & s.options.priorityMask;
}

/** BASEPRI_MAX: only a higher priority than the present one is taken (B5.2.3). */
export function raiseBasepri(s: CoreState, value: number): void {
  const priority = value & s.options.priorityMask;
  const present = s.v7m.basepri;
  if (priority !== 0 && (present === 0 || priority < present)) s.v7m.basepri = priority;
}
