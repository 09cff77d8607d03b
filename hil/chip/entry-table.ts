import type { Provenance } from './provenance.ts';

/**
 * What becomes of a jump by the application into system memory, done right.
 * `stays`: the ROM answers. `returns`: the ROM repeats the boot decision and starts the application in flash again.
 */
export type JumpEnding = 'stays' | 'returns';

/** What the documents say of a part's ROM when an application with code in flash jumps to it. */
export interface EntryRow {
  readonly chip: string;
  /** ROM IDs the row is about; all of the part if absent. */
  readonly romIds?: readonly number[];
  readonly jump: JumpEnding;
  /** The jump ends so only with system memory mapped at 0; without the mapping it is not settled what happens. */
  readonly needsRemap?: boolean;
  readonly provenance: Provenance;
}

const GENERAL = 'AN2606 r70 4.1 (how to jump; no note against it in the chapter of this part)';

/** A row whose confidence is `hypothesis` is shown, never demanded. */
export const entryTable: readonly EntryRow[] = [
  {
    chip: 'STM32G070RB',
    jump: 'stays',
    provenance: {
      source: 'AN2606 r70 48.3.1, 4.1; works on a NUCLEO-G071RB (ST community)',
      confidence: 'corroborated',
    },
  },
  {
    chip: 'STM32G0B1RE',
    jump: 'stays',
    provenance: { source: `${GENERAL}; ST community reports`, confidence: 'corroborated' },
  },
  {
    chip: 'STM32C071RB',
    jump: 'stays',
    provenance: { source: `${GENERAL}; one user enters it so (ST community)`, confidence: 'documented' },
  },
  { chip: 'STM32C031C6', jump: 'stays', provenance: { source: GENERAL, confidence: 'documented' } },
  { chip: 'STM32C011F6', jump: 'stays', provenance: { source: GENERAL, confidence: 'documented' } },
  {
    chip: 'STM32L476RG',
    jump: 'stays',
    needsRemap: true,
    provenance: {
      source: 'AN2606 r70 4.1 (dual-bank boot: map system memory at 0 first); ST community threads',
      confidence: 'corroborated',
    },
  },
  { chip: 'STM32F411RE', jump: 'stays', provenance: { source: GENERAL, confidence: 'documented' } },
  { chip: 'STM32F411CE', jump: 'stays', provenance: { source: GENERAL, confidence: 'documented' } },
  {
    chip: 'STM32F091RC',
    jump: 'stays',
    provenance: {
      source: 'a procedure for this part on electronics.stackexchange; AN2606 r70 20',
      confidence: 'reported',
    },
  },
  {
    chip: 'STM32F042K6',
    jump: 'returns',
    provenance: {
      source:
        'AN2606 r70 16.1, note: it stays only if the first word of flash is erased, BOOT_SEL is 0 or BOOT0 is high',
      confidence: 'documented',
    },
  },
  {
    chip: 'STM32L011K4',
    jump: 'returns',
    provenance: {
      source:
        'AN2606 r70 63.1, note: it stays only if the first four bytes of flash are empty; a public report (no ACK)',
      confidence: 'corroborated',
    },
  },
  {
    chip: 'STM32L031K6',
    jump: 'stays',
    provenance: {
      source:
        'not stated for this part; AN2606 r70 4.1 says "not possible" of the L0 series where it speaks of dual-bank boot',
      confidence: 'hypothesis',
    },
  },
  {
    chip: 'STM32L073RZ',
    romIds: [0x40],
    jump: 'stays',
    provenance: {
      source: 'ST community threads; StackOverflow 42020893 (silicon revision B)',
      confidence: 'corroborated',
    },
  },
  {
    chip: 'STM32L073RZ',
    romIds: [0x41],
    jump: 'returns',
    provenance: {
      source: 'AN2606 r70 4.1 and T149 (dual-bank boot comes first); StackOverflow 42020893 (silicon revision Z)',
      confidence: 'corroborated',
    },
  },
];

/** The row for a part and ROM; undefined for a ROM that nobody has written about. */
export function entryRow(chipName: string, romId: number): EntryRow | undefined {
  return entryTable.find((row) => row.chip === chipName && (row.romIds === undefined || row.romIds.includes(romId)));
}
