import type { BootInputs } from './kit/definition.ts';
import type { BootArea } from './part.ts';

/** BOOT1 of F4 is the level of this pin (RM0383 2.4). */
const BOOT1_PIN = 'PB2';

/**
 * Boot pattern 1 of AN2606 r70 table 2: two pins, BOOT0 and BOOT1, sampled when reset ends (RM0383 2.4, documented).
 * RDP level 2 leaves main flash alone (AN2606 r70 4.1).
 */
export function bootAreaPattern1(inputs: BootInputs): BootArea {
  if (inputs.rdpLevel === 2 || inputs.boot0 === 0) return 'flash';
  return inputs.level(BOOT1_PIN) === 1 ? 'sram' : 'system';
}
