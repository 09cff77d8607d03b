import { type Chip, contains, endOf, flashRegister } from '../../chip/chip.ts';
import { HilError } from '../../error/hil-error.ts';

/**
 * A vector table and a reset routine for RAM: GO to it makes the chip reset itself, without any help by the firmware
 * (stm32flash's -R does the like). The routine clears FLASH_ACR.EMPTY first where a part has that bit, since the flag keeps its
 * value over a reset and would boot the ROM again although the flash has just been programmed (AN2606 r70 48.3.1).
 */
export interface RamStub {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const SCB_AIRCR = 0xe000_ed0c;
const AIRCR_SYSRESETREQ = 0x05fa_0004;

/** Armv6-M (and so every Cortex-M); reads its two literals from just behind itself. */
const RESET = [
  0x4801, // ldr  r0, =SCB_AIRCR
  0x4902, // ldr  r1, =VECTKEY | SYSRESETREQ
  0x6001, // str  r1, [r0]
  0xe7fe, // b    .
] as const;

/** The same for a part with EMPTY, with four literals. */
const CLEAR_EMPTY_AND_RESET = [
  0x4805, // ldr  r0, =FLASH_ACR
  0x4906, // ldr  r1, =1 << EMPTY
  0x6802, // ldr  r2, [r0]
  0x438a, // bics r2, r1
  0x6002, // str  r2, [r0]
  0xf3bf, // dsb  sy
  0x8f4f,
  0x4804, // ldr  r0, =SCB_AIRCR
  0x4904, // ldr  r1, =VECTKEY | SYSRESETREQ
  0x6001, // str  r1, [r0]
  0xe7fe, // b    .
  0xbf00, // nop
] as const;

/** Room for the stack, which the routine does not use and an exception on the way to the reset would. */
const STACK_BYTES = 256;

/**
 * @param at Address of the table; by default the first RAM above what the ROM uses.
 * @throws HilError 312 if the stub does not fit the RAM that the ROM gives access to.
 */
export function resetStub(chip: Chip, at = freeRam(chip)): RamStub {
  const { emptyFlag } = chip.flash.controller;
  const reset = [SCB_AIRCR, AIRCR_SYSRESETREQ];
  const code: readonly number[] = emptyFlag === undefined ? RESET : CLEAR_EMPTY_AND_RESET;
  const literals = emptyFlag === undefined ? reset : [flashRegister(chip, 'ACR'), 2 ** emptyFlag, ...reset];
  if (chip.rom.ramValid.size === 0) {
    throw new HilError(312, `the ROM of the ${chip.name} lets nobody into the RAM: a reset stub cannot be put there`, {
      blame: 'test',
      context: { ramUsed: chip.rom.ramUsed, ramValid: chip.rom.ramValid },
    });
  }
  const size = 8 + code.length * 2 + literals.length * 4;
  const top = at + Math.ceil((size + STACK_BYTES) / 8) * 8;
  if (at % 8 !== 0 || !contains(chip.rom.ramValid, at, top - at) || at < endOf(chip.rom.ramUsed)) {
    throw new HilError(312, `a reset stub at 0x${at.toString(16)} is not in RAM that the ROM leaves free`, {
      blame: 'test',
      context: { address: at, ramUsed: chip.rom.ramUsed, ramValid: chip.rom.ramValid },
    });
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, top, true);
  view.setUint32(4, at + 8 + 1, true);
  for (const [i, half] of code.entries()) view.setUint16(8 + 2 * i, half, true);
  for (const [i, literal] of literals.entries()) view.setUint32(8 + code.length * 2 + 4 * i, literal, true);
  return { address: at, bytes };
}

function freeRam(chip: Chip): number {
  return Math.ceil(Math.max(endOf(chip.rom.ramUsed), chip.rom.ramValid.base) / 8) * 8;
}
