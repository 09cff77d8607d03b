import type { BootInputs } from './kit/definition.ts';
import type { BootArea } from './part.ts';

/**
 * Boot pattern 11 of AN2606 r70 table 2 (documented).
 *
 * BOOT_LOCK, where the part has it, leaves nothing but main flash. Else nBOOT_SEL chooses between the pin and the option bit
 * nBOOT0; nBOOT1 then chooses between system memory and SRAM; a flash that was empty when the options were loaded starts system
 * memory instead.
 */
export function bootAreaPattern11(inputs: BootInputs): BootArea {
  if (inputs.rdpLevel === 2) return 'flash'; // AN2606 r70 4.1: no other area at level 2
  if (inputs.option('BOOT_LOCK') === 1) return 'flash';
  const boot0 = inputs.option('nBOOT_SEL') === 1 ? inputs.option('nBOOT0') === 0 : inputs.boot0 === 1;
  if (boot0) return inputs.option('nBOOT1') === 1 ? 'system' : 'sram';
  return inputs.empty ? 'system' : 'flash';
}
