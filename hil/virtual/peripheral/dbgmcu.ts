import type { Peripheral, ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

/** DBG (DBGMCU) of STM32G0. Source: RM0454 chapter 29 (documented). */
export interface Dbgmcu extends Peripheral {
  /** True when APB_FZ1 stops peripheral `bit` while the core is halted. */
  stops(bit: number): boolean;
}

export function createDbgmcu(idcode: number): Dbgmcu {
  let cr = 0;
  let fz1 = 0;
  let fz2 = 0;
  return {
    name: 'DBG',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => [idcode, cr, fz1, fz2][offset >> 2] ?? 0,
        write(offset, value) {
          if (offset === 4) cr = value & 6;
          else if (offset === 8) fz1 = value >>> 0;
          else if (offset === 12) fz2 = value >>> 0;
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset(kind: ResetKind) {
      // Debug registers are reset by power-on only (29.9).
      if (kind === 'power') cr = fz1 = fz2 = 0;
    },
    stops: (bit) => ((fz1 >>> bit) & 1) !== 0,
  };
}
