import { narrowAccess } from './register-block.ts';
import type { PowerModel } from './roles.ts';

const CR = 0x00;
const CSR = 0x04;
const DBP = 1 << 8;
const VOS_LSB = 14;
const VOS = 3 << VOS_LSB;
const VOSRDY = 1 << 14;
/** LPDS, PDDS, PVDE, PLS, DBP, FPDS, LPLVDS, MRLVDS, ADCDC1, VOS, FMSSR, FISSR. CWUF and CSBF read 0. */
const CR_WRITABLE = 0x0030_eff3;
const CSR_WRITABLE = 0x0300; // EWUP, BRE
/** VOS = scale 2 (RM0383 5.4.1). */
const CR_RESET = 0x8000;

/**
 * PWR of STM32F401 and F411: voltage scale and backup write access. Low-power modes are not modelled.
 *
 * VOS takes writes only while the PLL is off, and comes into force with the PLL: until then the regulator is at scale 3
 * (RM0383 5.4.1, documented). VOSRDY follows PLLRDY: hypothesis.
 */
export function createPwrF4(pll: { on(): boolean; ready(): boolean }, scaleChanged: () => void): PowerModel {
  let cr = 0;
  let csr = 0;
  const scaleOf = (vos: number): number => (vos === 3 ? 1 : vos === 2 ? 2 : 3);
  return {
    name: 'PWR',
    size: 0x400,
    ...narrowAccess(
      {
        read: (offset) => (offset === CR ? cr : offset === CSR ? csr | (pll.ready() ? VOSRDY : 0) : 0),
        write(offset, value) {
          if (offset === CSR) csr = value & CSR_WRITABLE;
          if (offset !== CR) return;
          const keep = pll.on() ? VOS : 0;
          cr = (cr & keep) | (value & CR_WRITABLE & ~keep);
          scaleChanged();
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cr = CR_RESET;
      csr = 0;
      scaleChanged();
    },
    range: () => (pll.ready() ? scaleOf(cr >>> VOS_LSB) : 3),
    backupWritable: () => (cr & DBP) !== 0,
  };
}
