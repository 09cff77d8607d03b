import type { PeripheralHost } from './peripheral.ts';
import { createSyscfgV1, type SyscfgV1 } from './syscfg-v1.ts';

export interface SyscfgF4Options {
  readonly host: PeripheralHost;
  readonly remap: (memMode: number) => void;
  readonly portsChanged: () => void;
}

/** SYSCFG of STM32F401 and F411. Source: RM0383 7.2 (documented). */
export function createSyscfgF4(options: SyscfgF4Options): SyscfgV1 {
  return createSyscfgV1({
    host: options.host,
    memModeMask: 3,
    remapMask: 3,
    portMask: 0xf,
    plain: {
      4: { mask: 0x0001_0000 }, // PMC: ADC1DC2
      32: { mask: 0x0000_0001 }, // CMPCR; READY stays 0
    },
    remap: options.remap,
    portsChanged: options.portsChanged,
  });
}
