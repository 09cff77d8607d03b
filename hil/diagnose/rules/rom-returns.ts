import { entryRow } from '../../chip/entry-table.ts';
import { hex } from '../../error/format-error.ts';
import { flashIsErased } from '../read-machine.ts';
import { registersOf } from '../registers.ts';
import { consistent, decisive, type Rule, type Seen } from '../rule.ts';

/** The ROM's first instruction was executed, and then the application's reset handler, with no reset between. */
export function cameBack({ e }: Seen): readonly string[] | undefined {
  const stops = e.stops ?? [];
  const entered = stops.findIndex(({ at }) => at === 'rom entry');
  const back = stops.findIndex(({ at }, i) => at === 'application entry' && i > entered);
  const stop = stops[back];
  if (entered < 0 || stop === undefined || stop.resetFlags.length > 0) return undefined;
  return [
    `the ROM was entered at its reset vector ${hex(e.boot.rom[1])}`,
    `then the application's reset handler ran again, and no reset flag is set: the ROM branched there`,
  ];
}

function returnsByDocument({ e, chip }: Seen) {
  const row = e.romId === undefined ? undefined : entryRow(chip.name, e.romId);
  return row?.jump === 'returns' && row.provenance.confidence !== 'hypothesis' ? row : undefined;
}

const EMPTY_CHECKING = ['STM32L011K4', 'STM32F042K6'];

export const emptyCheck: Rule = {
  id: 'empty-check',
  attempt: 'entry',
  look: (seen) => {
    const back = cameBack(seen);
    if (back === undefined || !EMPTY_CHECKING.includes(seen.chip.name) || flashIsErased(seen.chip, seen.e.boot))
      return undefined;
    return decisive(...back, `the first word of flash is ${hex(seen.e.boot.flash[0])}, which is not erased`);
  },
  says: ({ e }) =>
    `The ROM of this part starts the program in flash unless its first word is erased (it is ${hex(e.boot.flash[0])}): a jump always comes back.`,
  fix: 'erase the first page (from RAM) before the jump, or select the ROM by BOOT0 or option bytes; no jump sequence helps.',
  provenance: {
    source: 'AN2606 r70 63.1 (L01x/02x) and 16.1 (F04x), notes on the empty check',
    confidence: 'documented',
  },
};

export const jumpNotSupported: Rule = {
  id: 'dual-bank-rom',
  attempt: 'entry',
  look: (seen) => {
    const back = cameBack(seen);
    const row = returnsByDocument(seen);
    if (back === undefined || row === undefined || EMPTY_CHECKING.includes(seen.chip.name)) return undefined;
    return decisive(...back, `ROM ID ${hex(seen.e.romId ?? 0)}: ${row.provenance.source}`);
  },
  says: ({ e, chip }) =>
    `The ROM of this ${chip.name} (ID ${hex(e.romId ?? 0)}) looks for a program in flash first and starts it: a jump into it comes back.`,
  fix: 'select the ROM by BOOT0 or by option bytes; no jump sequence helps while a bank holds a valid program.',
  provenance: {
    source: 'AN2606 r70 4.1 (not possible on the L0 series with dual-bank boot) and figure 83; StackOverflow 42020893',
    confidence: 'corroborated',
  },
};

function syscfgClocked({ handover, chip }: Seen): boolean {
  const { register, bit } = registersOf(chip).syscfg;
  return (((handover?.registers[register] ?? 0) >>> bit) & 1) === 1;
}

/** Both are one factor: system memory is not at 0. Which of them it is the clock of SYSCFG tells. */
const remapLook = (seen: Seen) => {
  const back = cameBack(seen);
  const row = seen.e.romId === undefined ? undefined : entryRow(seen.chip.name, seen.e.romId);
  if (back === undefined || row?.needsRemap !== true || seen.handover?.mapped === 'system memory') return undefined;
  return consistent(...back, `${seen.handover?.mapped ?? 'another memory'} was mapped at 0 when the ROM was entered`);
};

export const noRemap: Rule = {
  id: 'no-remap',
  attempt: 'entry',
  factor: 'mem-mode',
  applies: syscfgClocked,
  look: (seen) => (syscfgClocked(seen) ? remapLook(seen) : undefined),
  says: ({ handover }) =>
    `The ROM was entered with ${handover?.mapped ?? 'another memory'} mapped at 0: it then looks for a program in the flash banks and starts it.`,
  fix: 'map system memory at 0 before the jump: MEM_MODE = 1 in SYSCFG, with its clock on.',
  provenance: {
    source:
      'AN2606 r70 4.1 (parts with dual-bank boot: map system memory at 0 first), figures 98 and 100; ST community 394384',
    confidence: 'documented',
  },
};

export const syscfgClockOff: Rule = {
  id: 'syscfg-clock-off',
  attempt: 'entry',
  factor: 'mem-mode',
  applies: (seen) => !syscfgClocked(seen),
  look: (seen) => (syscfgClocked(seen) ? undefined : remapLook(seen)),
  says: ({ handover, chip }) =>
    `The ROM was entered with ${handover?.mapped ?? 'another memory'} mapped at 0, and SYSCFG has no clock (${registersOf(chip).syscfg.register}): a write to MEM_MODE is lost like this.`,
  fix: 'enable the clock of SYSCFG in RCC before MEM_MODE is written, and read MEM_MODE back.',
  provenance: {
    source: 'reference manuals, RCC: registers of a peripheral without clock take no write; AN2606 r70 4.1',
    confidence: 'documented',
  },
};

export const romCameBack: Rule = {
  id: 'rom-came-back',
  attempt: 'entry',
  general: true,
  look: (seen) => {
    const back = cameBack(seen);
    if (back === undefined || emptyCheck.look?.(seen) !== undefined || jumpNotSupported.look?.(seen) !== undefined)
      return undefined;
    return consistent(...back);
  },
  says: () => 'The ROM was entered and started the application again by itself; nothing was reset.',
  fix: 'look up in AN2606 when the ROM of this part repeats the boot decision (empty check, dual-bank boot).',
  provenance: { source: 'AN2606 r70 4.1 and the chapter of the part', confidence: 'documented' },
};
