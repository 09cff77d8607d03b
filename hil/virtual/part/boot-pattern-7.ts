import type { BootInputs } from './kit/definition.ts';
import type { BootArea } from './part.ts';

/**
 * Boot pattern 7 of AN2606 r70 table 2: the BOOT0 pin, then the option bit nBOOT1.
 *
 * With BFB2 set, a boot from main flash begins in system memory, where the ROM looks for the bank with valid code and maps it to
 * 0x0800_0000 (RM0351 2.6.1; AN2606 r70 figures 98 and 100; documented). So the hardware knows nothing of banks, and level 2
 * does not keep this start from the ROM.
 */
export function bootAreaPattern7(inputs: BootInputs): BootArea {
  if (inputs.boot0 === 1 && inputs.rdpLevel !== 2) return inputs.option('nBOOT1') === 1 ? 'system' : 'sram';
  return inputs.option('BFB2') === 1 ? 'system' : 'flash';
}
