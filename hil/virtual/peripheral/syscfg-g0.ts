import type { PeripheralHost } from './peripheral.ts';
import { narrowAccess } from './register-block.ts';
import type { Remap } from './roles.ts';

const CFGR1 = 0x00;
const CFGR2 = 0x18;
const CFGR1_MASK = 0x00ff_01fb;
const ITLINE8 = 0xa0;

/** The bit of SYSCFG_ITLINE8 that tells whether USB asks for interrupt 8. The other ITLINE registers are not modelled. */
export interface UsbInterruptLine {
  readonly bit: number;
  readonly pending: () => boolean;
}

/**
 * SYSCFG of STM32 G0 and C0. MEM_MODE holds the boot decision after a reset; 0 and 2: main flash, 1: system memory, 3: SRAM.
 * Source: RM0454 chapter 8 (documented).
 */
export function createSyscfgG0(host: PeripheralHost, remap: (mode: number) => void, usbLine?: UsbInterruptLine): Remap {
  let bootMode = 0;
  let cfgr1 = 0;
  let cfgr2 = 0;
  function read(offset: number): number {
    if (offset === CFGR1) return cfgr1;
    if (offset === CFGR2) return cfgr2;
    return offset === ITLINE8 && usbLine?.pending() ? 1 << usbLine.bit : 0;
  }
  return {
    name: 'SYSCFG',
    size: 0x400,
    ...narrowAccess(
      {
        read,
        write(offset, value) {
          if (offset === CFGR2) cfgr2 |= value & 0x0f; // lock bits: set once
          if (offset !== CFGR1) return;
          const before = cfgr1 & 3;
          cfgr1 = value & CFGR1_MASK;
          const mode = cfgr1 & 3;
          if (mode === before) return;
          host.note('MEM_MODE', { mode });
          remap(mode);
        },
        quietRead: () => true,
      },
      'apb',
    ),
    reset() {
      cfgr1 = bootMode;
      cfgr2 = 0;
      remap(bootMode);
    },
    setBootMode(mode) {
      bootMode = mode;
    },
  };
}
