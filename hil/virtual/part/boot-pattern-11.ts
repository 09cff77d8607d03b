import type { Level } from '../board-types.ts';
import type { BootArea } from './part.ts';

export interface BootInputs {
  /** FLASH_OPTR as loaded. */
  readonly options: number;
  /** Level at the BOOT0 pin. */
  readonly boot0: Level;
  /** FLASH_ACR.EMPTY. */
  readonly empty: boolean;
  readonly rdpLevel: 0 | 1 | 2;
}

const NBOOT_SEL = 24;
const NBOOT1 = 25;
const NBOOT0 = 26;

/**
 * Boot pattern 11 of AN2606 r70 table 2, without BOOT_LOCK, which G0x0 does not have (documented).
 *
 * nBOOT_SEL chooses between the pin and the option bit nBOOT0; nBOOT1 then chooses between system memory and SRAM; a flash that
 * was empty when the options were loaded starts system memory instead.
 */
export function bootAreaPattern11(inputs: BootInputs): BootArea {
  const bit = (position: number): boolean => ((inputs.options >>> position) & 1) !== 0;
  if (inputs.rdpLevel === 2) return 'flash'; // AN2606 r70 4.1: no other area at level 2
  const boot0 = bit(NBOOT_SEL) ? !bit(NBOOT0) : inputs.boot0 === 1;
  if (boot0) return bit(NBOOT1) ? 'system' : 'sram';
  return inputs.empty ? 'system' : 'flash';
}
