/**
 * ITM and TPIU as programs and debuggers set them up. ARMv7-M C1.7, C1.10; Cortex-M4 TRM 8 and 11 (documented).
 * The trace output itself is not modelled: stimulus ports take what they are given and are always ready.
 */
import type { CoreState } from '../state.ts';

/** Registers that keep what is written, by block and offset, as indices of `v7m.trace`. */
const ITM: Readonly<Record<number, number>> = { 3584: 0, 3648: 1, 3712: 2 };
const TPIU: Readonly<Record<number, number>> = { 4: 3, 16: 4, 240: 5, 772: 6 };

const STIMULUS_END = 0x80;
const FIFO_READY = 1;
/** TPIU_SSPSR: port sizes 1, 2 and 4. */
const PORT_SIZES = 0xb;
/** TPIU_FFSR.FtNonStop */
const NON_STOP = 8;
/** TPIU_DEVID: UART and Manchester encoding. */
const TPIU_DEVICE = 0xca1;

export function readItm(s: CoreState, offset: number): number {
  if (offset < STIMULUS_END) return FIFO_READY;
  if (offset === 0xfb4) return 0; // ITM_LSR: no lock (hypothesis)
  const index = ITM[offset];
  return index === undefined ? 0 : s.v7m.trace[index]! >>> 0;
}

export function writeItm(s: CoreState, offset: number, value: number): void {
  const index = ITM[offset];
  if (index !== undefined) s.v7m.trace[index] = value;
}

export function readTpiu(s: CoreState, offset: number): number {
  if (offset === 0) return PORT_SIZES;
  if (offset === 0x300) return NON_STOP;
  if (offset === 0xfc8) return TPIU_DEVICE;
  const index = TPIU[offset];
  return index === undefined ? 0 : s.v7m.trace[index]! >>> 0;
}

export function writeTpiu(s: CoreState, offset: number, value: number): void {
  const index = TPIU[offset];
  if (index !== undefined) s.v7m.trace[index] = value;
}

/** CSPSR one pin, SPPR NRZ (UART), FFCR with triggers. */
export function resetTrace(s: CoreState): void {
  s.v7m.trace.set([0, 0, 0, 1, 0, 1, 0x102]);
}
