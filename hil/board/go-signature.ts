import { type Chip, type Family, fieldOf } from '../chip/chip.ts';
import type { JumpOutcome, Port } from './bench-types.ts';

/**
 * How an application fared after GO, told by what a probe can see:
 * - `started`: it answers.
 * - `vector-table`: dead in an exception handler of the ROM, since its vectors are still in force there (case S1, cause 1).
 * - `clock-refused`: in its error handler with the PLL still driving SYSCLK (case S1, cause 2).
 * - `other`: none of these; the outcome has the registers.
 */
export type GoSignature = 'started' | 'vector-table' | 'clock-refused' | 'other';

/** RCC_CFGR.SWS and its value for the PLL; C0 has no PLL (RCC chapters of the manuals). */
const PLL_AS_SYSCLK: Readonly<
  Record<Family, { readonly lsb: number; readonly width: number; readonly pll: number } | undefined>
> = {
  C0: undefined,
  F0: { lsb: 2, width: 2, pll: 2 },
  F4: { lsb: 2, width: 2, pll: 2 },
  G0: { lsb: 3, width: 3, pll: 2 },
  L0: { lsb: 2, width: 2, pll: 3 },
  L4: { lsb: 2, width: 2, pll: 3 },
};

export function goSignature(chip: Chip, { what, core }: JumpOutcome<Port>): GoSignature {
  if (what === 'application') return 'started';
  if (core.ipsr !== 0 && core.where === 'system memory' && vectorsOfRom(chip, core)) return 'vector-table';
  if (core.symbol === 'Error_Handler' && core.primask === 1 && pllDrivesSysclk(chip, core)) return 'clock-refused';
  return 'other';
}

/** By VTOR; a Cortex-M0 has none and takes the vectors of what is mapped at 0. */
function vectorsOfRom(chip: Chip, core: JumpOutcome['core']): boolean {
  if (chip.core.hasVtor && core.vtor !== 0) return core.vtor === chip.systemMemory.base;
  return fieldOf(core.memoryRemap, chip.memoryRemap.field) === chip.memoryRemap.systemMemory;
}

function pllDrivesSysclk(chip: Chip, core: JumpOutcome['core']): boolean {
  const source = PLL_AS_SYSCLK[chip.family];
  return source !== undefined && fieldOf(core.registers.RCC_CFGR ?? 0, source) === source.pll;
}
