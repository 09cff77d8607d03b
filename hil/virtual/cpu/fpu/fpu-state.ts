/** The registers of the single-precision extension FPv4-SP-D16, as part of a core's state. ARMv7-M A2.5, B3.2.20-B3.2.24. */

export interface FpuState {
  /** S0-S31 as bit patterns. */
  readonly s: Int32Array;
  /** The same bits as numbers. */
  readonly f: Float32Array;
  fpscr: number;
  fpccr: number;
  fpcar: number;
  fpdscr: number;
  /** The deferred store of a lazy frame is under way, or has just faulted (frames.ts). */
  preserving: boolean;
}

// FPCCR, B3.2.21: the automatic and lazy preservation that reset switches on.
export const FPCCR_ASPEN = 0x8000_0000 | 0;
export const FPCCR_LSPEN = 0x4000_0000;

export function createFpuState(): FpuState {
  const s = new Int32Array(32);
  const fpu: FpuState = {
    s,
    f: new Float32Array(s.buffer),
    fpscr: 0,
    fpccr: 0,
    fpcar: 0,
    fpdscr: 0,
    preserving: false,
  };
  resetFpu(fpu);
  return fpu;
}

/** Reset values; S0-S31 are UNKNOWN by the manual, zero here so that runs repeat. The core resets CPACR to 0 itself. */
export function resetFpu(fpu: FpuState): void {
  fpu.s.fill(0);
  fpu.fpscr = 0;
  fpu.fpccr = FPCCR_ASPEN | FPCCR_LSPEN;
  fpu.fpcar = 0;
  fpu.fpdscr = 0;
  fpu.preserving = false;
}
