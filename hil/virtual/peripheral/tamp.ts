import type { ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { BackupDomain } from './roles.ts';

/** TAMP or RTC: the backup registers only. Source: RM0454 chapter 28; RM0351 38.6 and RM0383 17.6 (documented). */
export type Tamp = BackupDomain;

/** Where BKP0R stands: in TAMP on G0, in the RTC on F0, F4, L0 and L4. */
const BKP0R = { TAMP: 0x100, RTC: 0x50 } as const;

export function createTamp(count: number, writable: () => boolean, block: keyof typeof BKP0R = 'TAMP'): Tamp {
  const registers = new Uint32Array(count);
  const indexOf = (offset: number): number => (offset - BKP0R[block]) >> 2;
  return {
    name: block,
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
