import type { ResetKind } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { DebugMcu } from './roles.ts';

/** DBG or DBGMCU. Source: RM0454 chapter 29, RM0351 48.16, RM0383 23.16 (documented). */
export type Dbgmcu = DebugMcu;

/**
 * @param crMask bits of CR: DBG_STOP and DBG_STANDBY by default; parts with Cortex-M4 have DBG_SLEEP and the trace pins besides
 * @param freezes number of freeze registers
 */
export function createDbgmcu(idcode: number, crMask = 6, freezes = 2): Dbgmcu {
  let cr = 0;
  const fz = new Uint32Array(freezes);
  return {
    name: 'DBG',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => [idcode, cr, ...fz][offset >> 2] ?? 0,
        write(offset, value) {
          if (offset === 4) cr = value & crMask;
          else if (offset >= 8 && offset < 8 + 4 * freezes) fz[(offset - 8) >> 2] = value;
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset(kind: ResetKind) {
      // Debug registers are reset by power-on only (29.9).
      if (kind !== 'power') return;
      cr = 0;
      fz.fill(0);
    },
    stops: (bit) => ((fz[0]! >>> bit) & 1) !== 0,
  };
}
