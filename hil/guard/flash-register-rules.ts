import { type Chip, overlaps, type Region } from '../chip/chip.ts';
import { ALLOWED, type Decision, firstRefusal, type KnownState, type Permissions, refuse } from './access.ts';
import { decideOptionWord, decidePartOfWord } from './option-rules.ts';

/** The FLASH interface takes one 1 KiB slot of the AHB map (RM0454, memory map). */
const FLASH_SLOT = 0x400;

/** True if the write touches the FLASH interface. */
export function touchesFlashRegisters(chip: Chip, address: number, length: number): boolean {
  return overlaps(flashRegisters(chip), address, length);
}

export function flashRegisters(chip: Chip): Region {
  return { base: chip.flash.controller.base, size: FLASH_SLOT };
}

/** A write by SWD into the FLASH interface, register by register. */
export function decideFlashRegisters(
  chip: Chip,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
  known: KnownState,
): Decision {
  const { base, size } = flashRegisters(chip);
  const decisions: Decision[] = [];
  const first = Math.max(base, address - (address % 4));
  for (let register = first; register < Math.min(base + size, address + bytes.length); register += 4) {
    decisions.push(decideRegister(chip, register, address, bytes, permissions, known));
  }
  return firstRefusal([...decisions.filter((one) => !one.allowed && one.code === 455), ...decisions]);
}

function decideRegister(
  chip: Chip,
  register: number,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
  known: KnownState,
): Decision {
  const whole = address <= register && address + bytes.length >= register + 4;
  const word = chip.optionBytes.words.find((option) => option.register === register);
  if (!whole) {
    if (word !== undefined) return decidePartOfWord(word, address, bytes, permissions, register);
    return refuse(
      456,
      `writes a part of the FLASH register at 0x${register.toString(16)}; what the rest becomes is not defined`,
    );
  }
  const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(register - address, true);
  if (word !== undefined) return decideOptionWord(word, value, permissions, known);
  const { registers } = chip.flash.controller;
  switch (register - chip.flash.controller.base) {
    case registers.ACR:
    case registers.SR:
      return ALLOWED;
    case registers.KEYR:
      return permissions.erase === 'none' ? refuse(451, 'would unlock the flash (key to FLASH_KEYR)') : ALLOWED;
    case registers.OPTKEYR:
      return mayTouchOptions(permissions)
        ? ALLOWED
        : refuse(453, 'would unlock the option bytes (key to FLASH_OPTKEYR)');
    case registers.CR:
      return decideControl(chip, value, permissions);
    default:
      return refuse(453, `writes a FLASH register that is not known (0x${register.toString(16)})`);
  }
}

function decideControl(chip: Chip, value: number, permissions: Permissions): Decision {
  const { cr } = chip.flash.controller;
  const has = (bit: number): boolean => Math.floor(value / 2 ** bit) % 2 === 1;
  if (has(cr.MER1) && permissions.erase !== 'mass') return refuse(451, 'would set MER1 in FLASH_CR: mass erase');
  if ((has(cr.PER) || has(cr.PG) || has(cr.FSTPG)) && permissions.erase === 'none') {
    return refuse(451, 'would arm page erase or programming in FLASH_CR');
  }
  if (has(cr.OPTSTRT) && !mayTouchOptions(permissions))
    return refuse(453, 'would set OPTSTRT in FLASH_CR: program the option bytes');
  return ALLOWED;
}

function mayTouchOptions(permissions: Permissions): boolean {
  return permissions.option_bytes || permissions.write_protection || permissions.rdp1;
}
