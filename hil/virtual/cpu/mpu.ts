/** The memory protection unit, up to 8 regions: PMSAv6 of the Cortex-M0+ (ARMv6-M B3.5), PMSAv7 of the Cortex-M4 (ARMv7-M B3.5). */
import { busFault } from '../bus.ts';
import type { CoreState } from './state.ts';
import { leaveLoop } from './state.ts';
import { raiseAccessViolation } from './v7m/fault-status.ts';

const ENABLE = 1;
const HFNMIENA = 2;
const PRIVDEFENA = 4;

export type MpuAccess = 'read' | 'write' | 'fetch';

/** Throw a bus fault where the MPU forbids the access; the PPB never comes here. */
export function checkMpu(s: CoreState, address: number, access: MpuAccess, privileged: boolean): void {
  if ((s.mpu.ctrl & ENABLE) === 0) return;
  // HFNMIENA: HardFault, NMI and FAULTMASK run without the MPU unless it is set.
  const urgent = s.activePriority < 0 || s.v7m.faultmask !== 0;
  if (urgent && (s.mpu.ctrl & HFNMIENA) === 0) return;
  const rasr = matchingRegion(s, address);
  if (rasr === undefined) {
    if (privileged && (s.mpu.ctrl & PRIVDEFENA) !== 0) return;
    deny(s, address);
  } else if (!allows(rasr, access, privileged)) deny(s, address);
}

function deny(s: CoreState, address: number): never {
  return s.isV7m ? raiseAccessViolation(s, address) : busFault(address);
}

/** RASR of the highest-numbered region that covers `address` with an enabled subregion. */
function matchingRegion(s: CoreState, address: number): number | undefined {
  for (let i = s.mpu.rasr.length - 1; i >= 0; i--) {
    const rasr = s.mpu.rasr[i]!;
    if ((rasr & 1) === 0) continue;
    const sizeBits = ((rasr >> 1) & 31) + 1;
    // PMSAv6 supports 256 bytes and more, PMSAv7 32 bytes, with subregions from 256 on (B3.5.8).
    if (sizeBits < (s.isV7m ? 5 : 8)) continue;
    const size = 2 ** sizeBits;
    const base = s.mpu.rbar[i]! >>> 0;
    const offset = (address >>> 0) - Math.floor(base / size) * size;
    if (offset < 0 || offset >= size) continue;
    if (sizeBits < 8) return rasr;
    const subregion = Math.floor((offset * 8) / size);
    if (((rasr >> 8) & (1 << subregion)) === 0) return rasr;
  }
  return undefined;
}

/** B3.5 access permissions. */
function allows(rasr: number, access: MpuAccess, privileged: boolean): boolean {
  if (access === 'fetch' && (rasr & 0x1000_0000) !== 0) return false;
  const write = access === 'write';
  switch ((rasr >>> 24) & 7) {
    case 1:
      return privileged;
    case 2:
      return privileged || !write;
    case 3:
      return true;
    case 5:
      return privileged && !write;
    case 6:
    case 7:
      return !write;
    default:
      return false;
  }
}

/** RBAR_A1..RASR_A3 of PMSAv7 are RBAR and RASR again (B3.5.10). */
function aliasOffset(offset: number): number {
  return offset < 0x14 ? offset : 0xc + ((offset - 0x14) & 4);
}

export function readMpu(s: CoreState, offset: number): number {
  const { mpu } = s;
  switch (aliasOffset(offset)) {
    case 0x0:
      return mpu.rasr.length << 8; // MPU_TYPE.DREGION
    case 0x4:
      return mpu.ctrl;
    case 0x8:
      return mpu.rnr;
    case 0xc:
      return (mpu.rbar[mpu.rnr] ?? 0) | mpu.rnr;
    case 0x10:
      return mpu.rasr[mpu.rnr] ?? 0;
    default:
      return 0;
  }
}

export function writeMpu(s: CoreState, offset: number, value: number): void {
  const { mpu } = s;
  if (mpu.rasr.length === 0) return;
  switch (aliasOffset(offset)) {
    case 0x4:
      mpu.ctrl = value & 7;
      break;
    case 0x8:
      mpu.rnr = value & (mpu.rasr.length - 1);
      break;
    case 0xc:
      if ((value & 0x10) !== 0) mpu.rnr = value & 0xf & (mpu.rasr.length - 1);
      mpu.rbar[mpu.rnr] = value & (s.isV7m ? 0xffff_ffe0 : 0xffff_ff00);
      break;
    case 0x10:
      mpu.rasr[mpu.rnr] = value & (s.isV7m ? 0x173f_ff3f : 0x1707_ff3f); // TEX exists in PMSAv7 only
      break;
  }
  leaveLoop(s);
}
