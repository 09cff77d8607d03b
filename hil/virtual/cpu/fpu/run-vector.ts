/** Runs one vector on a core that has nothing but an FPU, for tests and for the comparison with another implementation. */
import { createBus } from '../../bus.ts';
import { bareCore } from './bare-core.ts';
import { executeFp } from './execute.ts';
import { FP_DONE } from './state.ts';
import type { FpVector } from './vectors.ts';

export interface FpAnswer {
  /** S0 afterwards. */
  readonly result: number;
  readonly fpscr: number;
}

const core = bareCore(createBus());
core.fpu.fpccr = 0; // no new context on first use

export function runVector(vector: FpVector): FpAnswer {
  const { fpu } = core;
  fpu.s.set(vector.operands);
  fpu.fpscr = vector.fpscr;
  if (executeFp(core, vector.hw1, vector.hw2) !== FP_DONE) throw new Error('the instruction was refused');
  return { result: fpu.s[0]!, fpscr: fpu.fpscr };
}

/** Bytes per answer in the file of kept answers: the result, the cumulative flags, NZCV. */
export const ANSWER_SIZE = 6;

export function answerOf(answer: FpAnswer): Uint8Array {
  const bytes = new Uint8Array(ANSWER_SIZE);
  new DataView(bytes.buffer).setInt32(0, answer.result, true);
  bytes[4] = answer.fpscr & 0x9f;
  bytes[5] = answer.fpscr >>> 28;
  return bytes;
}
