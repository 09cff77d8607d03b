import type { Peripheral } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';

const CR = 0x00;
const CFGR = 0x04;
const CEN = 1 << 5;
const AUTOTRIMEN = 1 << 6;
const TRIM = 0x3f << 8;
/** SYNCOKIE, SYNCWARNIE, ERRIE, ESYNCIE, CEN, AUTOTRIMEN. SWSYNC reads 0. */
const CR_MASK = 0x6f;
const CR_RESET = 0x2000;
const CFGR_RESET = 0x2022_bb7f;

/**
 * Clock recovery system, which trims the HSI48 by a SYNC signal. No SYNC source is modelled, so that the flags of ISR stay 0 and the
 * frequency is exact without it. Source: RM0091 chapter 7, RM0376 chapter 8 (documented).
 */
export function createCrs(): Peripheral {
  let cr = 0;
  let cfgr = 0;
  return {
    name: 'CRS',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => (offset === CR ? cr : offset === CFGR ? cfgr : 0),
        write(offset, value) {
          if (offset === CR) {
            // TRIM is the hardware's while AUTOTRIMEN is set (RM0091 7.6.1).
            const trim = (cr & AUTOTRIMEN ? cr : value) & TRIM;
            cr = (value & CR_MASK) | trim;
          } else if (offset === CFGR && (cr & CEN) === 0) cfgr = value >>> 0; // protected while CEN is set
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cr = CR_RESET;
      cfgr = CFGR_RESET;
    },
  };
}
