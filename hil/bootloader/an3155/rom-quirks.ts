import type { Provenance } from '../../chip/provenance.ts';

/** What a host must do differently for a known defect or limit of one ROM version. */
export interface RomQuirks {
  /** Erase one page per command, and let so many ms pass after each; pages below `from` may be erased together. */
  readonly singlePageErase?: { readonly settleMs: number; readonly from?: number };
  /** Most bytes in one Write Memory; 256 if not given. */
  readonly maxWriteBytes?: number;
  readonly provenance: Provenance;
}

/** Nothing to be avoided: what a tool sends that knows no defect. */
export const NO_QUIRKS: RomQuirks = {
  provenance: { source: 'AN3155 r20, as it is written', confidence: 'documented' },
};

interface Row extends RomQuirks {
  readonly devId: number;
  /** Undefined: every version. */
  readonly romId?: number;
}

const SHORT_WRITES: Provenance = {
  source: 'stm32loader, bootloader.py: transfers of 128 bytes on L0',
  confidence: 'reported',
  note: 'AN3155 allows 256 and stm32flash sends them; half as much does no harm',
};

/** Keyed by part family (DEV_ID) and ROM ID byte: the same ID byte means another ROM on another part. */
const quirks: readonly Row[] = [
  {
    devId: 0x460,
    romId: 0xb3,
    singlePageErase: { settleMs: 40 },
    provenance: {
      source: 'AN2606 r70 T108 (V11.3: multi-page erase fails; erase one page and wait 40 ms)',
      confidence: 'documented',
    },
  },
  {
    devId: 0x467,
    romId: 0x92,
    singlePageErase: { settleMs: 0, from: 128 },
    provenance: {
      source: 'AN2606 r70 T112 (V9.2: multi-page erase fails on bank 2; erase one page per command)',
      confidence: 'documented',
      note: 'bank 2 begins with page 128 on the parts of 512 KB',
    },
  },
  ...[0x425, 0x447, 0x457].map((devId): Row => ({ devId, maxWriteBytes: 128, provenance: SHORT_WRITES })),
];

/** The quirks of a ROM; undefined for one without known defects that concern a host. */
export function quirksOf(devId: number, romId: number | undefined): RomQuirks | undefined {
  return quirks.find((quirk) => quirk.devId === devId && (quirk.romId === undefined || quirk.romId === romId));
}
