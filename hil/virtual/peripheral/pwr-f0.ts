import { narrowAccess } from './register-block.ts';
import type { PowerModel } from './roles.ts';

const CR = 0x00;
const CSR = 0x04;
const DBP = 1 << 8;
/** LPDS, PDDS, PVDE, PLS, DBP; CWUF and CSBF read 0. */
const CR_MASK = 0x1f3;
const CSR_EWUP = 0xff << 8;
const VREFINTRDYF = 1 << 3;

/** PWR of STM32F0: backup write access. There is one voltage range; low-power modes are not modelled. Source: RM0091 5.4 (documented). */
export function createPwrF0(): PowerModel {
  let cr = 0;
  let ewup = 0;
  return {
    name: 'PWR',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => (offset === CR ? cr : offset === CSR ? VREFINTRDYF | ewup : 0),
        write(offset, value) {
          if (offset === CR) cr = value & CR_MASK;
          if (offset === CSR) ewup = value & CSR_EWUP;
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cr = ewup = 0;
    },
    range: () => 1,
    backupWritable: () => (cr & DBP) !== 0,
  };
}
