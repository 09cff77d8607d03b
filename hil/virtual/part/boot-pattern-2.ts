import type { BootInputs } from './kit/definition.ts';
import type { BootArea } from './part.ts';

/**
 * Boot pattern 2 of AN2606 r70 table 2 (L03x): the BOOT0 pin chooses, nBOOT1 then chooses between system memory and SRAM (documented).
 */
export function bootAreaPattern2(inputs: BootInputs): BootArea {
  if (inputs.rdpLevel === 2) return 'flash'; // AN2606 r70 4.1: no other area at level 2
  if (inputs.boot0 === 0) return 'flash';
  return inputs.option('nBOOT1') === 0 ? 'sram' : 'system';
}
