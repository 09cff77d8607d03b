/** MRS and MSR. ARMv6-M B5.1, B5.2; ARMv7-M B5.1, B5.2. */
import type { CoreState } from './state.ts';
import { isPrivileged, leaveLoop, mspOf, packPsr, pspOf, setFlags, switchStack, usesPsp } from './state.ts';
import { raiseBasepri, setBasepri, setFaultMask } from './v7m/masks.ts';

export function readSpecial(s: CoreState, sysm: number): number {
  if (sysm < 8) {
    // xPSR combinations: bit 2 clear = APSR, bit 0 = IPSR; EPSR reads as zero.
    return ((sysm & 4) === 0 ? packPsr(s) & 0xf80f_0000 : 0) | ((sysm & 1) !== 0 ? s.ipsr : 0);
  }
  if (sysm === 20) return s.control;
  if (!isPrivileged(s)) return 0;
  if (sysm === 8) return mspOf(s);
  if (sysm === 9) return pspOf(s);
  if (sysm === 16) return s.primask;
  if (!s.isV7m) return 0;
  if (sysm === 17 || sysm === 18) return s.v7m.basepri;
  return sysm === 19 ? s.v7m.faultmask : 0;
}

export function setMsp(s: CoreState, value: number): void {
  if (usesPsp(s)) s.otherSp = value & ~3;
  else s.r[13] = value & ~3;
}

export function setPsp(s: CoreState, value: number): void {
  if (usesPsp(s)) s.r[13] = value & ~3;
  else s.otherSp = value & ~3;
}

/** SPSEL is writable in thread mode only (B1.4); FPCA exists with the FPU. */
function writeControl(s: CoreState, value: number): void {
  const privilege = s.options.unprivileged ? 1 : 0;
  const context = s.fpu !== undefined ? 4 : 0;
  switchStack(s, () => {
    const spsel = s.ipsr === 0 ? value & 2 : s.control & 2;
    s.control = spsel | (value & (privilege | context));
  });
}

/** `mask`, ARMv7-M: bit 1 N Z C V Q, bit 0 GE. */
export function writeSpecial(s: CoreState, sysm: number, value: number, mask = 2): void {
  if (sysm < 8) {
    if ((sysm & 4) !== 0) return;
    if ((mask & 2) !== 0) setFlags(s, value);
    if ((mask & 1) !== 0) s.v7m.ge = (value >>> 16) & 15;
    return;
  }
  if (!isPrivileged(s)) return; // Unprivileged MSR to anything but APSR is ignored.
  if (sysm === 8) setMsp(s, value);
  else if (sysm === 9) setPsp(s, value);
  else if (sysm === 16) s.primask = value & 1;
  else if (sysm === 20) writeControl(s, value);
  else if (s.isV7m) {
    if (sysm === 17) setBasepri(s, value);
    else if (sysm === 18) raiseBasepri(s, value);
    else if (sysm === 19) setFaultMask(s, value & 1);
  }
  leaveLoop(s);
}
