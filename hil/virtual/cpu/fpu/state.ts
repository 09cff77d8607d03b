/**
 * State of the single-precision floating-point extension FPv4-SP-D16 (Cortex-M4 with FPU), and what it needs of the core.
 *
 * Source: ARMv7-M Architecture Reference Manual (ARM DDI 0403) A2.5, B1.5.7 (lazy state preservation), B3.2.20-B3.2.24.
 */
import type { CoreState } from '../state.ts';
import type { FpuState } from './fpu-state.ts';

export type { FpuState } from './fpu-state.ts';
export { createFpuState, FPCCR_ASPEN, FPCCR_LSPEN, resetFpu } from './fpu-state.ts';

/** What the FPU reads and writes of a core that has one. */
export type FpCore = CoreState & {
  readonly fpu: FpuState;
  /** CPACR, 0xE000_ED88. */
  cpacr: number;
};

/** CONTROL bit 2: the current context has floating-point state. B1.4.4. */
export const CONTROL_FPCA = 4;

// FPCCR, B3.2.21.
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
