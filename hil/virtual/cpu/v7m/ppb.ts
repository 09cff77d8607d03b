/** The private peripheral bus of a Cortex-M4 beyond what ../ppb.ts serves for all processors. ARMv7-M B3.1, Cortex-M4 TRM 9.1. */
import { readFpRegister, writeFpRegister } from '../fpu/registers.ts';
import type { FpCore } from '../fpu/state.ts';
import { readEtmId, readItmId, readTpiuId } from '../identification.ts';
import type { CoreState } from '../state.ts';
import { readItm, readTpiu, writeItm, writeTpiu } from './trace.ts';

const ITM = 0xe000_0000;
const TPIU = 0xe004_0000;
const ETM = 0xe004_1000;
const SCS = 0xe000_e000;

/** CPACR and the FP registers: 0 without an FPU. */
export function isFpOffset(offset: number): boolean {
  return offset === 0xd88 || (offset >= 0xf34 && offset <= 0xf48);
}

export function readFpOffset(s: CoreState, offset: number): number {
  return s.fpu === undefined ? 0 : readFpRegister(s as FpCore, SCS + offset);
}

export function writeFpOffset(s: CoreState, offset: number, value: number): void {
  if (s.fpu !== undefined) writeFpRegister(s as FpCore, SCS + offset, value);
}

/** A word of a trace block, or undefined: the address is not one of theirs. The ETM has its identification only. */
export function readTraceBlock(s: CoreState, address: number): number | undefined {
  const offset = address & 0xffc;
  const ids = offset >= 0xfcc;
  switch ((address & 0xffff_f000) >>> 0) {
    case ITM:
      return offset >= 0xfd0 ? readItmId(offset) : readItm(s, offset);
    case TPIU:
      return ids ? readTpiuId(offset) : readTpiu(s, offset);
    case ETM:
      return ids ? readEtmId(offset) : 0;
    default:
      return undefined;
  }
}

/** Returns false when the address is not one of a trace block. */
export function writeTraceBlock(s: CoreState, address: number, value: number): boolean {
  const offset = address & 0xffc;
  switch ((address & 0xffff_f000) >>> 0) {
    case ITM:
      writeItm(s, offset, value);
      return true;
    case TPIU:
      writeTpiu(s, offset, value);
      return true;
    case ETM:
      return true;
    default:
      return false;
  }
}
