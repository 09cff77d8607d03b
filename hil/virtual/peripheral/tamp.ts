import type { Peripheral, ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** TAMP: its backup registers only. Source: RM0454 chapter 28 (documented). */
export interface Tamp extends Peripheral {
  /** BDRST, or a change of RDP from level 1 to 0. */
  clearBackup(): void;
}

const BKP0R = 0x100;

export function createTamp(count: number, writable: () => boolean): Tamp {
  const registers = new Uint32Array(count);
  const indexOf = (offset: number): number => (offset - BKP0R) >> 2;
  return {
    name: 'TAMP',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => registers[indexOf(offset)] ?? 0,
        write(offset, value) {
          if (writable() && indexOf(offset) >= 0 && indexOf(offset) < count) registers[indexOf(offset)] = value;
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset(kind: ResetKind) {
      // VBAT is tied to VDD on the Nucleo, so power-off takes them; a system reset does not.
      if (kind === 'power') registers.fill(0);
    },
    clearBackup: () => registers.fill(0),
  };
}
