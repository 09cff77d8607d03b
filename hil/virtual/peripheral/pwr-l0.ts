import type { Schedule } from '../schedule.ts';
import { narrowAccess } from './register-block.ts';
import type { PowerModel } from './roles.ts';

const CR = 0x00;
const CSR = 0x04;
const DBP = 1 << 8;
const VOS_LSB = 11;
const VOS = 3 << VOS_LSB;
/** Bits that hold what is written; CWUF and CSBF read 0. */
const CR_MASK = 0x0001_7ff3;
/** VOS = 2: range 2, 1.5 V. */
const CR_RESET = 0x1000;
const VREFINTRDYF = 1 << 3;
const VOSF = 1 << 4;
const CSR_EWUP = 7 << 8;
/** Time of a change of voltage range. Hypothesis: DS10668 gives the wake-up of the regulator only. */
const RANGE_CHANGE_NS = 20_000;

/** PWR of STM32L0: voltage range and backup write access. Low-power modes are not modelled. Source: RM0376 6.4 (documented). */
export function createPwrL0(schedule: Schedule, rangeChanged: () => void): PowerModel {
  let cr = CR_RESET;
  let ewup = 0;
  let changing = false;
  const range = (): number => (cr & VOS) >>> VOS_LSB;
  return {
    name: 'PWR',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => (offset === CR ? cr : offset === CSR ? VREFINTRDYF | (changing ? VOSF : 0) | ewup : 0),
        write(offset, value) {
          if (offset === CSR) ewup = value & CSR_EWUP;
          if (offset !== CR) return;
          const before = range();
          // VOS = 0 is forbidden and leaves the field as it is.
          const vos = value & VOS || cr & VOS;
          cr = (value & CR_MASK & ~VOS) | vos;
          if (range() === before) return;
          changing = true;
          rangeChanged();
          schedule.after(RANGE_CHANGE_NS, () => {
            changing = false;
          });
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cr = CR_RESET;
      ewup = 0;
      changing = false;
      rangeChanged();
    },
    range,
    backupWritable: () => (cr & DBP) !== 0,
  };
}
