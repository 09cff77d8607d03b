import type { Provenance } from '../../chip/provenance.ts';

/** What a host must do differently for a known defect of one ROM version. */
export interface RomQuirks {
  /** Erase one page per command, and let so many ms pass after each. */
  readonly singlePageErase?: { readonly settleMs: number };
  readonly provenance: Provenance;
}

/** Keyed by part family (DEV_ID) and ROM ID byte: the same ID byte means another ROM on another part. */
const quirks: readonly (RomQuirks & { readonly devId: number; readonly romId: number })[] = [
  {
    devId: 0x460,
    romId: 0xb3,
    singlePageErase: { settleMs: 40 },
    provenance: {
      source: 'AN2606 r70 T108 (V11.3: multi-page erase fails; erase one page and wait 40 ms)',
      confidence: 'documented',
    },
  },
];

/** The quirks of a ROM; undefined for one without known defects that concern a host. */
export function quirksOf(devId: number, romId: number | undefined): RomQuirks | undefined {
  return quirks.find((quirk) => quirk.devId === devId && quirk.romId === romId);
}
