/** The fault status bits of ARMv7-M, and how an instruction reports the fault it meets. B3.2.15, B3.2.16. */
import type { CoreState } from '../state.ts';

// CFSR: MMFSR in bits 7:0, BFSR in 15:8, UFSR in 31:16.
export const IACCVIOL = 1;
export const DACCVIOL = 2;
export const MUNSTKERR = 8;
export const MSTKERR = 0x10;
export const MLSPERR = 0x20;
export const MMARVALID = 0x80;
export const IBUSERR = 0x100;
export const PRECISERR = 0x200;
export const UNSTKERR = 0x800;
export const STKERR = 0x1000;
export const LSPERR = 0x2000;
export const BFARVALID = 0x8000;
export const UNDEFINSTR = 0x1_0000;
export const INVSTATE = 0x2_0000;
export const INVPC = 0x4_0000;
export const NOCP = 0x8_0000;
export const UNALIGNED = 0x100_0000;
export const DIVBYZERO = 0x200_0000;

export const HFSR_VECTTBL = 2;
export const HFSR_FORCED = 0x4000_0000;
export const HFSR_DEBUGEVT = 0x8000_0000 | 0;

/** Thrown where an instruction faults otherwise than by the bus; `v7m.fault` says how. */
export const CORE_FAULT: Error = new Error('core fault');

/** End the instruction in progress with UsageFault: `bits` of CFSR. */
export function usageFault(s: CoreState, bits: number): never {
  s.v7m.fault = bits;
  throw CORE_FAULT;
}

export function raiseUnaligned(s: CoreState): never {
  return usageFault(s, UNALIGNED);
}

export function raiseDivideByZero(s: CoreState): never {
  return usageFault(s, DIVBYZERO);
}

/** The MPU refuses an access: MemManage. Fetches have no address (B3.2.15), so their caller does not look at this. */
export function raiseAccessViolation(s: CoreState, address: number): never {
  s.v7m.fault = DACCVIOL | MMARVALID;
  s.v7m.faultAddress = address | 0;
  throw CORE_FAULT;
}

/**
 * The bus refused a data access. Stores are reported as precise ones, too: the Cortex-M4 has a write buffer, which makes them
 * imprecise unless ACTLR.DISDEFWBUF is set (documented: TRM 3.4); the buffer is not modelled.
 */
export function noteBusFault(s: CoreState, address: number): void {
  s.v7m.fault = PRECISERR | BFARVALID;
  s.v7m.faultAddress = address | 0;
}
