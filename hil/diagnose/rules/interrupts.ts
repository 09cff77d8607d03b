import { contains } from '../../chip/chip.ts';
import { hex } from '../../error/format-error.ts';
import { consistent, decisive, type Rule, type Seen, type Sight } from '../rule.ts';

/** The ROM hangs in an exception: of its table or, through VTOR, of the application's. */
function diedInException({ last, e }: Seen): readonly string[] {
  const machine = last?.machine ?? e.now;
  if (machine.ipsr === 0) return [];
  return [`it ended in exception ${machine.ipsr} at ${hex(machine.pc)} in ${machine.where}, VTOR ${hex(machine.vtor)}`];
}

function suspected(factor: string, when: (seen: Seen) => boolean = () => true): NonNullable<Rule['look']> {
  return (seen) => {
    const words = seen.suspects[factor];
    return words === undefined || !when(seen) ? undefined : consistent(words, ...diedInException(seen));
  };
}

const SYSTICK = 15;
const FIRST_INTERRUPT = 16;

/**
 * An exception of the application that was taken through the ROM's table before the branch was made: the ROM's reset vector was never
 * executed, and yet a handler of the ROM runs. Where its frame still can be read it says what was interrupted.
 */
function takenTooEarly({ handover, last, e, chip }: Seen, fits: (exception: number) => boolean): Sight | undefined {
  const machine = last?.machine;
  if (handover !== undefined || e.attempt !== 'entry' || machine === undefined) return undefined;
  if (machine.where !== 'system memory' || !fits(machine.ipsr)) return undefined;
  const said = [
    `exception ${machine.ipsr} is active at ${hex(machine.pc)} in system memory, and the ROM's reset vector was never executed`,
    `the vectors in force are the ROM's: VTOR ${hex(machine.vtor)}, ${machine.mapped} is mapped at 0`,
  ];
  if (machine.frame === undefined || contains(chip.systemMemory, machine.frame.pc)) return consistent(...said);
  return decisive(...said, `what it interrupted is the application, at ${hex(machine.frame.pc)}`);
}

const isInterrupt = (exception: number): boolean => exception >= FIRST_INTERRUPT;
const isSystick = (exception: number): boolean => exception === SYSTICK;

const silentRom = ({ e, last }: Seen): boolean =>
  e.answer?.what === 'silent' && (last?.machine.where ?? e.now.where) === 'system memory';

export const interruptsMasked: Rule = {
  id: 'interrupts-masked',
  attempt: 'entry',
  factor: 'primask',
  look: suspected('primask', silentRom),
  says: () => 'The ROM was entered with PRIMASK = 1, and this ROM needs its interrupts.',
  fix: 'enable interrupts (cpsie i) as the last step before the jump, after SysTick and NVIC have been cleared.',
  provenance: {
    source:
      'AN2606 r70 4.1: interrupts must be enabled for ROMs that use them; the ROM does not do it; ST community 886272',
    confidence: 'documented',
  },
};

export const priorityMasked: Rule = {
  id: 'priority-masked',
  attempt: 'any',
  factor: 'basepri-faultmask',
  look: suspected('basepri-faultmask', silentRom),
  says: ({ handover }) =>
    `BASEPRI (${hex(handover?.basepri ?? 0)}) or FAULTMASK (${handover?.faultmask ?? 0}) still masked interrupts at the handover.`,
  fix: 'clear BASEPRI and FAULTMASK before the jump; an RTOS that is in a critical section leaves BASEPRI set.',
  provenance: { source: 'AN2606 r70 4.1; Armv7-M B1.4.3', confidence: 'documented' },
};

export const interruptLeftOn: Rule = {
  id: 'interrupt-left-on',
  attempt: 'entry',
  factor: 'nvic',
  look: (seen) => takenTooEarly(seen, isInterrupt) ?? suspected('nvic', (one) => diedInException(one).length > 0)(seen),
  says: (seen) =>
    takenTooEarly(seen, isInterrupt) === undefined
      ? `An interrupt of the application reached the ROM: ${seen.suspects.nvic ?? 'one was left on'}.`
      : `Interrupt ${(seen.last?.machine.ipsr ?? 0) - FIRST_INTERRUPT} of the application came when the vectors in force were the ROM's already, just before the branch.`,
  fix: 'write ones to all ICER and ICPR registers before the jump, after the peripherals have been reset.',
  provenance: { source: 'AN2606 r70 4.1 (disable and clear interrupts before the jump)', confidence: 'documented' },
};

export const systickLeftOn: Rule = {
  id: 'systick-left-on',
  attempt: 'entry',
  factor: 'systick',
  look: (seen) =>
    takenTooEarly(seen, isSystick) ??
    suspected('systick', ({ last, e }) => (last?.machine ?? e.now).ipsr === SYSTICK)(seen),
  says: (seen) =>
    takenTooEarly(seen, isSystick) === undefined
      ? `SysTick of the application reached the ROM: ${seen.suspects.systick ?? 'it was left on'}.`
      : "SysTick of the application came when the vectors in force were the ROM's already, just before the branch.",
  fix: 'write SYST_CSR, SYST_RVR and SYST_CVR = 0 and clear PENDST before the jump; HAL_RCC_DeInit starts SysTick again.',
  provenance: {
    source: 'AN2606 r70 4.1; seed guide for the G070 (SysTick off after HAL_RCC_DeInit)',
    confidence: 'documented',
  },
};

export const vtorAtEntry: Rule = {
  id: 'vtor-at-entry',
  attempt: 'entry',
  factor: 'vtor',
  says: ({ handover }) =>
    `VTOR still pointed to ${hex(handover?.vtor ?? 0)} when the ROM was entered, and this ROM does not set it.`,
  fix: 'set VTOR to the base of system memory, or to 0 with system memory mapped there, before the jump.',
  provenance: {
    source: 'AN2606 r70 4.1 (G03x read by SWD: the ROM sets VTOR itself, elerain.com)',
    confidence: 'reported',
  },
};

export const jumpFromHandler: Rule = {
  id: 'jump-from-handler',
  attempt: 'entry',
  factor: 'active-exception',
  look: suspected('active-exception', (seen) => seen.e.answer?.works === false),
  says: ({ handover }) =>
    `The jump was made inside the handler of exception ${handover?.ipsr ?? 0}: interrupts of its priority and below cannot come in the ROM.`,
  fix: 'set a flag in the handler and jump from the main loop, or set a flag in RAM and reset.',
  provenance: {
    source: 'Armv6-M B1.5.4 and Armv7-M B1.5.4: execution priority of an active exception; AN2606 r70 4.1',
    confidence: 'documented',
  },
};
