import type { Provenance } from '../../chip/provenance.ts';

/** What a host must do differently for a known defect or limit of one ROM version on USB. */
export interface DfuQuirks {
  /** Blocks of more than `above` bytes must be a multiple of `of`: others spoil the tail. */
  readonly wholeBlocks?: { readonly above: number; readonly of: number };
  /** Erases from this address on may do nothing although the ROM reports success: look at the pages afterwards. */
  readonly doubtfulEraseFrom?: number;
  readonly provenance: Provenance;
}

/** Nothing to be avoided: what a tool sends that knows no defect. */
export const NO_DFU_QUIRKS: DfuQuirks = {
  provenance: { source: 'AN3156, as it is written', confidence: 'documented' },
};

interface Row extends DfuQuirks {
  readonly devId: number;
  /** Undefined: every version. */
  readonly romId?: number;
}

/**
 * Keyed by part family (DEV_ID) and ROM ID byte. Quirks that need no table, since the session asks the device itself: the transfer
 * size of the functional descriptor (G4 takes 1024, not 2048), CLRSTATUS only in dfuERROR (C5 stalls it elsewhere), a device that
 * stays busy (H743), a device that is gone before the last GETSTATUS, writes that were acknowledged and dropped (U5 at RDP level 1).
 */
const quirks: readonly Row[] = [
  ...[0x415, 0x461].map(
    (devId): Row => ({
      devId,
      wholeBlocks: { above: 256, of: 8 },
      provenance: {
        source: 'AN2606 r70, L47xxx/48xxx and L496xx/4A6xx: known limitations of the DFU of V9.x',
        confidence: 'documented',
        note: 'a download of more than 256 bytes that is no multiple of 8 is corrupted',
      },
    }),
  ),
  {
    devId: 0x419,
    doubtfulEraseFrom: 0x0810_0000,
    provenance: {
      source: 'AN2606 r70, F42xxx/43xxx: known limitations of V9.0 and V9.1',
      confidence: 'documented',
      note: 'erase of the second bank over DFU is not functional in dual-bank mode',
    },
  },
];

/** The quirks of a ROM; undefined for one without known defects that concern a host. */
export function dfuQuirksOf(devId: number, romId: number | undefined): DfuQuirks | undefined {
  return quirks.find((quirk) => quirk.devId === devId && (quirk.romId === undefined || quirk.romId === romId));
}
