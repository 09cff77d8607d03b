import { type Chip, erasedWord, flashRegister } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { HilError } from '../error/hil-error.ts';
import type { TclCommands } from './tcl-commands.ts';

/** FLASH_ACR around a flash write, and whether its EMPTY flag had to be cleared. */
export interface EmptyFlagEvidence {
  readonly acrBefore: number;
  readonly acrAfter: number;
  readonly wasSet: boolean;
  /** The first flash word is erased, so a set flag is right and stays. */
  readonly flashIsEmpty: boolean;
}

/**
 * Clears FLASH_ACR.EMPTY once the flash is not empty any more. Hardware looks at the first word only when it loads the option bytes
 * (power-on, OBL_LAUNCH), so after programming a blank chip every reset would still boot the ROM (AN2606 r70 48.3.1; the bit can
 * be written by software: ST SVD STM32G0, FLASH_ACR).
 * @throws HilError 414 if it stays set.
 */
export async function clearEmptyFlag(board: string, chip: Chip, tcl: TclCommands): Promise<EmptyFlagEvidence> {
  const { emptyFlag } = chip.flash.controller;
  const address = flashRegister(chip, 'ACR');
  const flag = emptyFlag === undefined ? 0 : 2 ** emptyFlag;
  const word = async (at: number): Promise<number> => (await tcl.readMemory(at, 32, 1))[0] as number;
  const acrBefore = await word(address);
  const wasSet = (acrBefore & flag) !== 0;
  const flashIsEmpty = (await word(chip.flash.base)) === erasedWord(chip);
  if (wasSet && !flashIsEmpty) await tcl.writeMemory(address, 32, [(acrBefore & ~flag) >>> 0]);
  const acrAfter = await word(address);
  if (!flashIsEmpty && (acrAfter & flag) !== 0) {
    throw new HilError(414, `${board}: FLASH_ACR.EMPTY stays set after programming (ACR ${hex(acrAfter)})`, {
      context: { acrBefore, acrAfter },
    });
  }
  return { acrBefore, acrAfter, wasSet, flashIsEmpty };
}
