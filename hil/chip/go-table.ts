import type { Provenance } from './provenance.ts';

/** One line of the table of case S1: what GO to the application's own vector table leads to. */
export interface GoRow {
  readonly chip: string;
  readonly romId: number;
  /** What the application does not do for itself. */
  readonly application:
    | 'leaves VTOR alone'
    | 'sets VTOR, keeps the clock tree it finds'
    | 'sets VTOR and resets the clock tree';
  readonly outcome: 'started' | 'vector-table' | 'clock-refused';
  readonly provenance: Provenance;
}

const chip = 'STM32G070RB';
const VTOR_SOURCE =
  "AN3155 r20 3.5 (the jump works only if the application sets its vector table); ST's system_stm32g0xx.c does not; VTOR = 0x1FFF0000 seen on a G03x (elerain.com); ST community 150127, 137637, 634518";
const PLL_SOURCE =
  'AN2606 r70 T107 (24 MHz from the PLL), 4.1 (registers are not restored); ST community 150127 (runs at 24 MHz after GO); stm32duino PR 1653';

/**
 * GO to 0x0800_0000 on the G070, by ROM ID. A row whose confidence is `hypothesis` is shown, never demanded; a ROM ID without rows
 * is a new measurement.
 */
export const goTable: readonly GoRow[] = [0xb2, 0xb3, 0xb4].flatMap((romId): readonly GoRow[] => [
  {
    chip,
    romId,
    application: 'leaves VTOR alone',
    outcome: 'vector-table',
    provenance: { source: VTOR_SOURCE, confidence: 'corroborated' },
  },
  {
    chip,
    romId,
    application: 'sets VTOR, keeps the clock tree it finds',
    outcome: 'clock-refused',
    provenance:
      romId === 0xb2
        ? { source: `${PLL_SOURCE}; T108 on V11.2: RCC is not set to default at GO`, confidence: 'corroborated' }
        : { source: `${PLL_SOURCE}; none of them names this ROM version`, confidence: 'hypothesis' },
  },
  {
    chip,
    romId,
    application: 'sets VTOR and resets the clock tree',
    outcome: 'started',
    provenance: { source: 'both causes cured: stm32duino PR 1653; ST community 150127', confidence: 'corroborated' },
  },
]);

/** The row for this ROM and application; undefined for a ROM that nobody has written about. */
export function goRow(chipName: string, romId: number, application: GoRow['application']): GoRow | undefined {
  return goTable.find((row) => row.chip === chipName && row.romId === romId && row.application === application);
}
