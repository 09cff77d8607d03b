import type { PeripheralHost } from './peripheral.ts';
import { createSyscfgV1, type SyscfgV1 } from './syscfg-v1.ts';

export interface SyscfgL4Options {
  readonly host: PeripheralHost;
  readonly remap: (memMode: number) => void;
  /** FB_MODE was written, or cleared by a reset. */
  readonly banksSwapped: (swapped: boolean) => void;
  readonly portsChanged: () => void;
}

const FB_MODE = 1 << 8;

/**
 * SYSCFG of STM32L47x and L48x. Source: RM0351 9.2 (documented). Of the other registers SRAM2's erase and write protection are
 * stored and do nothing.
 */
export function createSyscfgL4(options: SyscfgL4Options): SyscfgV1 {
  return createSyscfgV1({
    host: options.host,
    memModeMask: 7,
    remapMask: 7 | FB_MODE,
    portMask: 7,
    plain: {
      4: { mask: 0xfc7f_0101, reset: 0x7c00_0001 }, // CFGR1
      24: { mask: 0x1 }, // SCSR
      28: { mask: 0xf, setOnly: 0xf }, // CFGR2: lock bits
      32: { mask: 0xffff_ffff, setOnly: 0xffff_ffff }, // SWPR
    },
    remap(memMode, register) {
      options.banksSwapped((register & FB_MODE) !== 0);
      options.remap(memMode);
    },
    portsChanged: options.portsChanged,
  });
}
