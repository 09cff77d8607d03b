/** MRS and MSR. ARMv6-M B5.2, B5.2; SYSm encoding B5.1. */
import type { CoreState } from './state.ts';
import { isPrivileged, leaveLoop, mspOf, packPsr, pspOf, setFlags, switchStack, usesPsp } from './state.ts';

export function readSpecial(s: CoreState, sysm: number): number {
  if (sysm < 8) {
    // xPSR combinations: bit 2 clear = APSR, bit 0 = IPSR; EPSR reads as zero.
    return ((sysm & 4) === 0 ? packPsr(s) & 0xf80f_0000 : 0) | ((sysm & 1) !== 0 ? s.ipsr : 0);
  }
  if (sysm === 20) return s.control;
  if (!isPrivileged(s)) return 0;
  if (sysm === 8) return mspOf(s);
  if (sysm === 9) return pspOf(s);
  return sysm === 16 ? s.primask : 0;
}

export function setMsp(s: CoreState, value: number): void {
  if (usesPsp(s)) s.otherSp = value & ~3;
  else s.r[13] = value & ~3;
}

export function setPsp(s: CoreState, value: number): void {
  if (usesPsp(s)) s.r[13] = value & ~3;
  else s.otherSp = value & ~3;
}

export function writeSpecial(s: CoreState, sysm: number, value: number): void {
  if (sysm < 8) {
    if ((sysm & 4) === 0) setFlags(s, value);
    return;
  }
  if (!isPrivileged(s)) return; // Unprivileged MSR to anything but APSR is ignored.
  if (sysm === 8) setMsp(s, value);
  else if (sysm === 9) setPsp(s, value);
  else if (sysm === 16) {
    s.primask = value & 1;
    leaveLoop(s);
  } else if (sysm === 20) {
    // SPSEL is writable in thread mode only (B1.4).
    switchStack(s, () => {
      s.control = s.ipsr === 0 ? value & 3 : (s.control & 2) | (value & 1);
    });
    leaveLoop(s);
  }
}
