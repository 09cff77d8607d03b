/**
 * State of the single-precision floating-point extension FPv4-SP-D16 (Cortex-M4 with FPU), and what it needs of the core.
 *
 * Source: ARMv7-M Architecture Reference Manual (ARM DDI 0403) A2.5, B1.5.7 (lazy state preservation), B3.2.20-B3.2.24.
 */
import type { CoreState } from '../state.ts';

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

/** What the FPU reads and writes of a core that has one. */
export type FpCore = CoreState & {
  readonly fpu: FpuState;
  /** CPACR, 0xE000_ED88. */
  cpacr: number;
};

/** CONTROL bit 2: the current context has floating-point state. B1.4.4. */
export const CONTROL_FPCA = 4;

// FPCCR, B3.2.21.
export const FPCCR_ASPEN = 0x8000_0000 | 0;
export const FPCCR_LSPEN = 0x4000_0000;
export const FPCCR_MONRDY = 0x100;
export const FPCCR_BFRDY = 0x40;
export const FPCCR_MMRDY = 0x20;
export const FPCCR_HFRDY = 0x10;
export const FPCCR_THREAD = 8;
export const FPCCR_USER = 2;
export const FPCCR_LSPACT = 1;

// FPSCR, A2.5.3.
export const FPSCR_AHP = 0x0400_0000;
export const FPSCR_DN = 0x0200_0000;
export const FPSCR_FZ = 0x0100_0000;
export const FPSCR_IDC = 0x80;
export const FPSCR_IXC = 0x10;
export const FPSCR_UFC = 8;
export const FPSCR_OFC = 4;
export const FPSCR_DZC = 2;
export const FPSCR_IOC = 1;
/** Implemented bits: N Z C V, AHP, DN, FZ, RMode and the cumulative exception flags. */
export const FPSCR_MASK = 0xf7c0_009f | 0;

// How an FP instruction, or the FP half of an exception frame, ended. Faults of the bus and the MPU are thrown as ever.
export const FP_DONE = 0;
/** UsageFault, UFSR.UNDEFINSTR: among them all double-precision arithmetic. */
export const FP_UNDEFINED = 1;
/** UsageFault, UFSR.NOCP: CPACR denies access. */
export const FP_NOCP = 2;
/** UsageFault, UFSR.UNALIGNED: FP loads and stores are word-aligned, whatever CCR.UNALIGN_TRP says (A3.2.1). */
export const FP_UNALIGNED = 3;

export type FpStatus = typeof FP_DONE | typeof FP_UNDEFINED | typeof FP_NOCP | typeof FP_UNALIGNED;

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
