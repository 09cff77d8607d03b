import { hex } from '../../error/format-error.ts';
import { consistent, type Rule, type Seen } from '../rule.ts';

const ended = ({ last, e }: Seen) => last?.machine ?? e.now;

/** The application reset itself, as the pattern with a flag in RAM does, and went its usual way. */
export const flagLost: Rule = {
  id: 'ram-flag-lost',
  attempt: 'entry',
  look: (seen) => {
    const stops = seen.e.stops ?? [];
    const reset = stops.find(({ at, resetFlags }) => at === 'application entry' && resetFlags.includes('SFTRSTF'));
    if (reset === undefined || seen.handover !== undefined || ended(seen).where !== 'flash') return undefined;
    return consistent(
      'the application reset itself (SFTRSTF) and its reset handler ran',
      `it did not go on to the ROM: it is at ${hex(ended(seen).pc)}${ended(seen).symbol === undefined ? '' : ` in ${ended(seen).symbol}`}`,
    );
  },
  says: () =>
    'The application reset itself to enter the ROM, but after the reset it did not find its flag, or did not look at it.',
  fix: 'put the flag where start-up code does not clear or reuse it (a noinit section, not .bss, not under the stack), and look at it before .data and .bss are set up.',
  provenance: {
    source: 'stm32world.com guide (flag in RAM); stm32duino PR 710 (noinit word clobbered)',
    confidence: 'corroborated',
  },
};

/** Before anything was asked for, a start of the program had led into the ROM already. */
export const entersByItself: Rule = {
  id: 'enters-by-itself',
  attempt: 'entry',
  look: ({ e }) =>
    e.begins === 'system memory'
      ? consistent('the core was in system memory before the jump was asked for, after a start of this program')
      : undefined,
  says: () =>
    'The program goes into the ROM at its start, without being asked: what asks for it (a word in RAM, as a rule) is still set from the last time.',
  fix: 'clear the flag before the jump, not after it, and obey it only after a software reset (SFTRSTF).',
  provenance: { source: 'stm32world.com guide (flag in RAM); candleLight_fw PR 319', confidence: 'corroborated' },
};

export const applicationFault: Rule = {
  id: 'application-fault',
  attempt: 'any',
  general: true,
  look: (seen) => {
    const machine = ended(seen);
    if (seen.handover !== undefined && seen.e.attempt === 'entry') return undefined;
    const { frame } = machine;
    if (machine.ipsr !== 3 && seen.last?.at !== 'fault') return undefined;
    if (frame !== undefined && (frame.xpsr & (1 << 24)) === 0) return undefined;
    const { CFSR, HFSR, BFAR } = machine.registers;
    return consistent(
      frame === undefined
        ? `it stands at ${hex(machine.pc)}, exception ${machine.ipsr}`
        : `it faulted at ${hex(frame.pc)}, called from ${hex(frame.lr)}`,
      ...(CFSR === undefined
        ? []
        : [`CFSR ${hex(CFSR)}, HFSR ${hex(HFSR ?? 0)}${(CFSR & 0x8000) === 0 ? '' : `, BFAR ${hex(BFAR ?? 0)}`}`]),
    );
  },
  says: (seen) =>
    `The application faulted${seen.e.attempt === 'entry' ? ' before it reached the ROM' : ''}${ended(seen).frame === undefined ? '' : ` at ${hex(ended(seen).frame?.pc ?? 0)}`}.`,
  fix: 'look at the instruction at that address in the map or the disassembly.',
  provenance: { source: 'Armv6-M B1.5.6, Armv7-M B1.5.6: stacked frame', confidence: 'documented' },
};

export const jumpNotMade: Rule = {
  id: 'jump-not-made',
  attempt: 'entry',
  general: true,
  look: (seen) => {
    const { last, handover, e } = seen;
    if (e.attempt !== 'entry' || handover !== undefined || last?.at !== 'nowhere' || last.machine.where !== 'flash')
      return undefined;
    if ((e.stops ?? []).length > 1) return undefined;
    return consistent(
      'neither the reset vector of the ROM nor a fault nor a reset was seen',
      `the application is at ${hex(last.machine.pc)}${last.machine.symbol === undefined ? '' : ` in ${last.machine.symbol}`}, exception ${last.machine.ipsr}`,
    );
  },
  says: ({ last }) =>
    `The ROM was never entered; the application is ${last?.machine.symbol === undefined ? `at ${hex(last?.machine.pc ?? 0)}` : `in ${last.machine.symbol}`}.`,
  fix: 'follow the code from what sets the jump off to that place; a HAL call that failed ends in Error_Handler.',
  provenance: { source: 'breakpoints on the entries of ROM and application', confidence: 'documented' },
};
