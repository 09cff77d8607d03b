import type { Schedule } from '../schedule.ts';
import { narrowAccess } from './register-block.ts';
import type { PowerModel } from './roles.ts';

/**
 * PWR of STM32G0 and L4: voltage range, backup write access, supply of the USB transceiver. Low-power modes are not modelled.
 * Source: RM0454 chapter 4, RM0444 chapter 4, RM0351 chapter 5 (documented).
 */
export interface PwrG0 extends PowerModel {
  /** CR2.USV: the isolation between VDDUSB and the transceiver is lifted (RM0351 5.4.2, RM0444 4.4.2). */
  usbSupplied(): boolean;
}

const CR1 = 0x00;
const CR2 = 0x04;
const CR3 = 0x08;
const SR2 = 0x14;
const DBP = 1 << 8;
const VOSF = 1 << 10;
/** Of CR2, on parts with USB (ST headers stm32g0b1xx.h, stm32l476xx.h). */
const USV = 1 << 10;
/** Time of a change of voltage range (DS12766, recalled: 20 us typical, 40 us at most). */
const RANGE_CHANGE_NS = 20_000;

/** CR1: which bits exist, and their values after reset. */
export interface PwrCr1 {
  readonly mask: number;
  readonly reset: number;
}

const G0_CR1: PwrCr1 = { mask: 0x473f, reset: 0x208 };

export function createPwrG0(
  schedule: Schedule,
  rangeChanged: () => void,
  bits: PwrCr1 = G0_CR1,
  usbSupplyChanged: () => void = () => undefined,
): PwrG0 {
  let cr1 = 0;
  let vosf = false;
  const others = new Map<number, number>();
  const range = (): 1 | 2 => (((cr1 >>> 9) & 3) === 2 ? 2 : 1);
  return {
    name: 'PWR',
    size: 0x400,
    ...narrowAccess(
      {
        read(offset) {
          if (offset === CR1) return cr1;
          if (offset === SR2) return vosf ? VOSF : 0;
          return others.get(offset) ?? 0;
        },
        write(offset, value) {
          if (offset === CR1) {
            const before = range();
            cr1 = value & bits.mask;
            if (range() === before) return;
            vosf = true;
            rangeChanged();
            schedule.after(RANGE_CHANGE_NS, () => {
              vosf = false;
            });
          } else if (offset !== SR2 && offset < 0x60) {
            const before = others.get(offset) ?? 0;
            others.set(offset, value);
            if (offset === CR2 && (before ^ value) & USV) usbSupplyChanged();
          }
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cr1 = bits.reset;
      vosf = false;
      others.clear();
      others.set(CR3, 0x8000);
      rangeChanged();
      usbSupplyChanged();
    },
    range,
    backupWritable: () => (cr1 & DBP) !== 0,
    usbSupplied: () => ((others.get(CR2) ?? 0) & USV) !== 0,
  };
}
