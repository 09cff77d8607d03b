import type { BootInputs } from './kit/definition.ts';
import type { BootArea } from './part.ts';

/**
 * Boot pattern 6 of AN2606 r70 table 2 (F04x, F09x, L01x/L02x).
 *
 * An option bit chooses between the BOOT0 pin and the bit nBOOT0: BOOT_SEL = 1 takes the pin on F0 (RM0091 2.5, documented),
 * nBOOT_SEL = 0 takes it on L0 (RM0377 2.4; the factory value has 0 and the pin works: corroborated). nBOOT1 then chooses between
 * system memory and SRAM. A flash that was empty when the option bytes were loaded starts system memory instead of itself.
 */
export function bootAreaPattern6(inputs: BootInputs): BootArea {
  if (inputs.rdpLevel === 2) return 'flash'; // AN2606 r70 4.1: no other area at level 2
  const byPin = inputs.option('BOOT_SEL') === 1 || inputs.option('nBOOT_SEL') === 0;
  const boot0 = byPin ? inputs.boot0 === 1 : inputs.option('nBOOT0') === 0;
  if (boot0) return inputs.option('nBOOT1') === 0 ? 'sram' : 'system';
  return inputs.empty ? 'system' : 'flash';
}
