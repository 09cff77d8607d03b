import type { PeripheralHost } from './peripheral.ts';
import type { Remap } from './roles.ts';
import { createSyscfgV1, type SyscfgV1 } from './syscfg-v1.ts';

/** SYSCFG of STM32L0: remap, bank swap, reference for HSI48, EXTI ports. Source: RM0376 chapter 10, RM0377 chapter 10 (documented). */
export interface SyscfgL0 extends Remap {
  portOf(line: number): number;
  /** ENREF_HSI48: VREFINT feeds the HSI48. */
  hsi48Reference(): boolean;
}

export interface SyscfgL0Options {
  readonly host: PeripheralHost;
  /** Category 5 parts have UFB. */
  readonly hasBankSwap: boolean;
  readonly remap: (memMode: number) => void;
  /** UFB was written, or cleared by a reset. */
  readonly banksSwapped: (swapped: boolean) => void;
  readonly portsChanged: () => void;
  /** ENREF_HSI48 changed. */
  readonly hsi48ReferenceChanged: () => void;
}

const CFGR1 = 0x00;
const CFGR2 = 0x04;
const CFGR3 = 0x20;
const UFB = 1 << 3;
const BOOT_MODE_LSB = 8;
const ENREF_HSI48 = 1 << 13;
const VREFINT_RDYF = 1 << 30;
const REF_LOCK = 0x8000_0000;
/** EN_VREFINT, SEL_VREF_OUT, ENBUF_VREFINT_ADC, ENBUF_SENSOR_ADC, ENBUF_VREFINT_COMP2, ENREF_HSI48. */
const CFGR3_MASK = 0x0000_3331;

export function createSyscfgL0(options: SyscfgL0Options): SyscfgL0 {
  let bootMode = 0;
  let cfgr3 = 0;
  const base: SyscfgV1 = createSyscfgV1({
    host: options.host,
    memModeMask: 3,
    remapMask: 3 | (options.hasBankSwap ? UFB : 0),
    portMask: 0xf,
    plain: { [CFGR2]: { mask: 0x0000_7f01 }, [CFGR3]: { mask: (CFGR3_MASK | REF_LOCK) >>> 0, setOnly: REF_LOCK } },
    remap(memMode, register) {
      if (options.hasBankSwap) options.banksSwapped((register & UFB) !== 0);
      options.remap(memMode);
    },
    portsChanged: options.portsChanged,
  });
  return {
    ...base,
    read(offset, width) {
      const register = offset & ~3;
      // VREFINT is up in Run mode whatever EN_VREFINT says, unless ULP stopped it (RM0376 10.2.3); its start is not modelled.
      const extra = register === CFGR1 ? bootMode << BOOT_MODE_LSB : register === CFGR3 ? VREFINT_RDYF : 0;
      const shown = (extra >>> ((offset & 3) * 8)) & (width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1);
      return (base.read(offset, width) | shown) >>> 0;
    },
    write(offset, value, width) {
      // REF_LOCK keeps CFGR3 as it is until a reset.
      if ((offset & ~3) === CFGR3) {
        if (cfgr3 & REF_LOCK) return;
        const before = cfgr3;
        base.write(offset, value, width);
        cfgr3 = base.read(CFGR3, 4);
        if ((before ^ cfgr3) & ENREF_HSI48) options.hsi48ReferenceChanged();
      } else base.write(offset, value, width);
    },
    reset(kind) {
      cfgr3 = 0;
      base.reset(kind);
    },
    setBootMode(mode) {
      bootMode = mode;
      base.setBootMode(mode);
    },
    hsi48Reference: () => (cfgr3 & ENREF_HSI48) !== 0,
  };
}
