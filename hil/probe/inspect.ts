import { type Chip, contains, type Region } from '../chip/chip.ts';
import { ICSR, VTOR } from './debug-registers.ts';
import type { TclCommands } from './tcl-commands.ts';

/** Where a core stands. Values of the moment at which it was halted for it. */
export interface Inspection {
  /** It ran before, and runs again. */
  readonly wasRunning: boolean;
  readonly pc: number;
  readonly lr: number;
  readonly xpsr: number;
  /** Exception number, xPSR bits 8:0: 0 in thread mode, 3 HardFault, 15 SysTick. */
  readonly ipsr: number;
  readonly msp: number;
  readonly psp: number;
  readonly primask: number;
  readonly control: number;
  /** 0 on a Cortex-M0, which has none. */
  readonly vtor: number;
  readonly icsr: number;
  readonly memoryRemap: number;
  readonly where: 'flash' | 'system memory' | 'RAM' | 'elsewhere';
}

/**
 * Looks at a core by hot attach. There is no way to read the registers of a running Cortex-M, so a running one is halted for some
 * milliseconds; memory and peripherals are only read.
 */
export async function inspectCore(tcl: TclCommands, chip: Chip): Promise<Inspection> {
  const wasRunning = (await tcl.state()) !== 'halted';
  if (wasRunning) await tcl.run('halt');
  try {
    const { xPSR: xpsr, ...registers } = await tcl.readRegisters([
      'pc',
      'lr',
      'xPSR',
      'msp',
      'psp',
      'primask',
      'control',
    ]);
    const [icsr, memoryRemap, vtor = 0] = await tcl.readWords([
      ICSR,
      chip.memoryRemap.register,
      ...(chip.core.hasVtor ? [VTOR] : []),
    ]);
    return {
      wasRunning,
      ...registers,
      xpsr,
      ipsr: xpsr & 0x1ff,
      vtor,
      icsr: icsr as number,
      memoryRemap: memoryRemap as number,
      where: whereIs(chip, registers.pc),
    };
  } finally {
    if (wasRunning) await tcl.run('resume');
  }
}

/** The memory that an address lies in, the alias at 0 not followed. */
export function whereIs(chip: Chip, address: number): Inspection['where'] {
  if (contains(chip.flash, address)) return 'flash';
  const anyOf = (...regions: readonly (Region | undefined)[]): boolean =>
    regions.some((region) => region !== undefined && contains(region, address));
  if (anyOf(chip.systemMemory, chip.systemMemory2)) return 'system memory';
  if (anyOf(chip.sram, chip.sram2)) return 'RAM';
  return 'elsewhere';
}
