import { type Chip, contains } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import type { StackedFrame } from '../evidence.ts';
import { consistent, decisive, type Rule, type Seen } from '../rule.ts';

const XPSR_T = 1 << 24;
const INVSTATE = 1 << 17;

/** PC of a core in lockup (Armv6-M B1.5.15, Armv7-M B1.5.15). */
const LOCKUP = 0xffff_fffe;

function stackIn(chip: Chip, sp: number): boolean {
  return [chip.sram, ...(chip.sram2 === undefined ? [] : [chip.sram2])].some((region) => contains(region, sp - 4));
}

/** The frame of a fault that came because EPSR.T was clear: nothing else clears T in a frame. */
function evenBranch({ e, last }: Seen): StackedFrame | undefined {
  const frame = last?.at === 'fault' ? last.machine.frame : e.now.frame;
  return frame !== undefined && (frame.xpsr & XPSR_T) === 0 ? frame : undefined;
}

/** What of the ROM's table the address is. */
function namedTarget({ e, chip }: Seen, pc: number): string {
  const { base } = chip.systemMemory;
  if (pc === base + 4)
    return `${hex(pc)}, the address at which the reset vector is stored, was called instead of the vector (${hex(e.boot.rom[1])})`;
  if (pc === base)
    return `${hex(pc)}, the address of the vector table, was called instead of its reset vector (${hex(e.boot.rom[1])})`;
  if (pc === (e.boot.rom[1] & ~1) >>> 0)
    return `the reset vector was called with bit 0 cleared (${hex(pc)} instead of ${hex(e.boot.rom[1])})`;
  return `${hex(pc)}, an even address, was called`;
}

export const evenAddress: Rule = {
  id: 'even-address',
  attempt: 'any',
  look: (seen) => {
    const frame = evenBranch(seen);
    if (frame === undefined) return undefined;
    const cfsr = (seen.last?.machine ?? seen.e.now).registers.CFSR;
    return decisive(
      `the fault's stacked PC is ${hex(frame.pc)}, its stacked xPSR ${hex(frame.xpsr)} has T = 0`,
      ...(cfsr === undefined ? [] : [`CFSR is ${hex(cfsr)}${(cfsr & INVSTATE) === 0 ? '' : ' (INVSTATE)'}`]),
      `the branch was made at ${hex((frame.lr & ~1) >>> 0)} or just before, if it was a call`,
    );
  },
  says: (seen) =>
    `The jump goes to an even address: ${namedTarget(seen, evenBranch(seen)?.pc ?? 0)}; a branch to an even address faults.`,
  fix: 'load the word at the base of system memory + 4 and call that: it is odd. A cast of the address to a function pointer needs one more `*`.',
  provenance: {
    source:
      'Armv6-M A4.1.1 and Armv7-M A4.1.1: bit 0 of the target becomes EPSR.T, and T = 0 faults; ST community 288316',
    confidence: 'documented',
  },
};

export const wrongTableAddress: Rule = {
  id: 'wrong-table-address',
  attempt: 'entry',
  look: ({ e, chip, last, handover }) => {
    if (handover !== undefined || last === undefined) return undefined;
    if (last.at === 'table as code') {
      return decisive(`the core executes ${hex(last.machine.pc)}, which is the ROM's vector table, with T set`);
    }
    if (last.machine.pc === LOCKUP && !stackIn(chip, last.machine.msp)) {
      return consistent(
        `the core is locked up (PC ${hex(LOCKUP)}), with MSP ${hex(last.machine.msp)}, where there is no RAM`,
        "the ROM's reset vector was never executed: what was loaded as stack pointer was no word of its table",
      );
    }
    const pc = last.machine.frame?.pc ?? last.machine.pc;
    const inside =
      contains(chip.systemMemory, pc) || (chip.systemMemory2 !== undefined && contains(chip.systemMemory2, pc));
    if (!inside || (last.machine.frame !== undefined && (last.machine.frame.xpsr & XPSR_T) === 0)) return undefined;
    return consistent(
      `execution came to ${hex(pc)} in system memory, but never to the ROM's reset vector ${hex(e.boot.rom[1])}`,
    );
  },
  says: ({ e, chip, last }) =>
    last?.machine.pc === LOCKUP
      ? `Stack pointer and entry were read from an address at which the ROM's vector table does not stand (it is at ${hex(chip.systemMemory.base)}, its reset vector ${hex(e.boot.rom[1])}).`
      : `System memory was entered at another place than the reset vector of the ROM's table at ${hex(chip.systemMemory.base)} (${hex(e.boot.rom[1])}).`,
  fix: 'take the base of system memory from AN2606 for this very part, check that the word there lies in RAM and the next one is odd and in system memory, and call that word.',
  provenance: {
    source: 'AN2606 r70, the chapter of the part; Betaflight PR 15369 (H5), ST community 150562 (G07), 142592 (U5)',
    confidence: 'documented',
  },
};

/** Seen first of all: the program's reset handler, with neither a reset nor the ROM's first instruction before it. */
export const ownResetVector: Rule = {
  id: 'own-reset-vector',
  attempt: 'entry',
  look: ({ e }) => {
    const [first] = e.stops ?? [];
    if (first?.at !== 'application entry' || first.resetFlags.length > 0) return undefined;
    const { pc, mapped } = first.machine;
    return consistent(
      `the application's reset handler ran (${hex(pc)}), though nothing was reset and the ROM's reset vector was not executed`,
      mapped === 'main flash'
        ? "main flash is mapped at 0: the table there is the application's own"
        : `${mapped} is mapped at 0`,
    );
  },
  says: () =>
    "The jump led to the application's own reset handler and not into the ROM: the vector was read from the application's table, not from the ROM's.",
  fix: 'read the vector at the base of system memory, not at 0; or map system memory at 0 first (SYSCFG clocked, MEM_MODE = 1) and read MEM_MODE back.',
  provenance: {
    source: 'reference manuals, memory map (what MEM_MODE maps at 0); AN2606 r70 4.1; Armv6-M B1.5.3',
    confidence: 'documented',
  },
};
