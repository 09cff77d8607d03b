/** CPACR, the FP context registers and the media and FP feature registers of the Cortex-M4. ARMv7-M B3.2.20-B3.2.26. */
import type { FpCore } from './state.ts';
import {
  FPCCR_ASPEN,
  FPCCR_BFRDY,
  FPCCR_HFRDY,
  FPCCR_LSPACT,
  FPCCR_LSPEN,
  FPCCR_MMRDY,
  FPCCR_MONRDY,
  FPCCR_THREAD,
  FPCCR_USER,
} from './state.ts';

const CPACR = 0xe000_ed88;
const FPCCR = 0xe000_ef34;
const FPCAR = 0xe000_ef38;
const FPDSCR = 0xe000_ef3c;
const MVFR0 = 0xe000_ef40;
const MVFR1 = 0xe000_ef44;

/** CP10 and CP11. */
const CPACR_MASK = 0x00f0_0000;
const FPCCR_MASK =
  FPCCR_ASPEN |
  FPCCR_LSPEN |
  FPCCR_MONRDY |
  FPCCR_BFRDY |
  FPCCR_MMRDY |
  FPCCR_HFRDY |
  FPCCR_THREAD |
  FPCCR_USER |
  FPCCR_LSPACT;
/** AHP, DN, FZ and RMode. */
const FPDSCR_MASK = 0x07c0_0000;

/** Documented: Cortex-M4 Technical Reference Manual (ARM DDI 0439) 7.3. */
const MVFR0_CORTEX_M4 = 0x1011_0021;
const MVFR1_CORTEX_M4 = 0x1100_0011;

export function isFpRegister(address: number): boolean {
  const a = address >>> 0;
  return a === CPACR || (a >= FPCCR && a <= MVFR1);
}

export function readFpRegister(s: FpCore, address: number): number {
  switch (address >>> 0) {
    case CPACR:
      return s.cpacr >>> 0;
    case FPCCR:
      return s.fpu.fpccr >>> 0;
    case FPCAR:
      return s.fpu.fpcar >>> 0;
    case FPDSCR:
      return s.fpu.fpdscr >>> 0;
    case MVFR0:
      return MVFR0_CORTEX_M4;
    case MVFR1:
      return MVFR1_CORTEX_M4;
    default:
      return 0;
  }
}

/** `value` replaces the register's writable bits. */
export function writeFpRegister(s: FpCore, address: number, value: number): void {
  switch (address >>> 0) {
    case CPACR:
      s.cpacr = value & CPACR_MASK;
      break;
    case FPCCR:
      s.fpu.fpccr = value & FPCCR_MASK;
      break;
    case FPCAR:
      s.fpu.fpcar = value & ~7;
      break;
    case FPDSCR:
      s.fpu.fpdscr = value & FPDSCR_MASK;
      break;
  }
}
