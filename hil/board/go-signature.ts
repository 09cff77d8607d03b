import type { Chip } from '../chip/chip.ts';
import type { JumpOutcome } from './bench-types.ts';

/**
 * How an application fared after GO, told by what a probe can see:
 * - `started`: it answers.
 * - `vector-table`: dead in an exception handler of the ROM, since VTOR still points there (case S1, cause 1).
 * - `clock-refused`: in its error handler with the PLL still driving SYSCLK (case S1, cause 2).
 * - `other`: none of these; the outcome has the registers.
 */
export type GoSignature = 'started' | 'vector-table' | 'clock-refused' | 'other';

/** RCC_CFGR.SWS of the G0: bits 5:3, 2 = PLLRCLK (RM0454 5.4.3). */
const SWS_PLL = 2;

export function goSignature(chip: Chip, { what, core }: JumpOutcome): GoSignature {
  if (what === 'application') return 'started';
  if (core.ipsr !== 0 && core.vtor === chip.systemMemory.base && core.where === 'system memory') return 'vector-table';
  const sws = ((core.registers.RCC_CFGR ?? 0) >>> 3) & 7;
  if (core.symbol === 'Error_Handler' && core.primask === 1 && sws === SWS_PLL) return 'clock-refused';
  return 'other';
}
