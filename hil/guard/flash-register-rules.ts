import {
  type Chip,
  type FlashController,
  type FlashKey,
  type OptionWord,
  overlaps,
  type Region,
} from '../chip/chip.ts';
import { ALLOWED, type Decision, firstRefusal, type KnownState, type Permissions, refuse } from './access.ts';
import { decideOptionWord, decidePartOfRegister } from './option-rules.ts';

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
    if (word !== undefined) return decidePartOfRegister(word, address, bytes, permissions);
    return refuse(
      456,
      `writes a part of the FLASH register at 0x${register.toString(16)}; what the rest becomes is not defined`,
    );
  }
  const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(register - address, true);
  const { base, registers, keys, control, optionControl } = chip.flash.controller;
  if (word !== undefined) {
    return optionControl !== undefined && register === base + (registers[optionControl.register] as number)
      ? decideOptionControl(word, optionControl, value, permissions, known)
      : decideOptionWord(word, value, permissions, known);
  }
  const name = Object.keys(registers).find((one) => registers[one] === register - base);
  if (name === undefined) {
    return refuse(453, `writes a FLASH register that is not known (0x${register.toString(16)})`);
  }
  if (name === control.register) return decideControl(chip, value, permissions);
  const key = keys.find((one) => one.register === name);
  if (key !== undefined) return decideKey(key, permissions);
  return FREE.has(name) ? ALLOWED : refuse(453, `writes FLASH_${name}`);
}

/** Registers that destroy nothing: wait states and flags. `AR` only names the page of an F0's erase. */
const FREE: ReadonlySet<string> = new Set(['ACR', 'SR', 'AR', 'ECCR', 'ECC2R']);

/** The option register of F4: lock and start are bits of it, the other bits are the options. */
function decideOptionControl(
  word: OptionWord,
  { register, lock, start }: NonNullable<FlashController['optionControl']>,
  value: number,
  permissions: Permissions,
  known: KnownState,
): Decision {
  const before = known.optionWords?.[word.name];
  const control = 2 ** lock + 2 ** start;
  const kept = before === undefined ? value : ((value & ~control) | (before & control)) >>> 0;
  const starts = Math.floor(value / 2 ** start) % 2 === 1;
  const options = decideOptionWord(word, kept, permissions, known);
  if (options.allowed && starts && !mayTouchOptions(permissions)) {
    return refuse(453, `would set OPTSTRT in FLASH_${register}: program the option bytes`);
  }
  return options;
}

function decideKey(key: FlashKey, permissions: Permissions): Decision {
  // Power-down of the flash ends with the next reset.
  if (key.opens === 'power-down') return ALLOWED;
  // On L0 it comes before OPTKEYR, too; what it opens by itself, the data memory, is judged by address.
  if (key.opens === 'data memory' && mayTouchOptions(permissions)) return ALLOWED;
  if (key.opens === 'option bytes') {
    return mayTouchOptions(permissions)
      ? ALLOWED
      : refuse(453, `would unlock the option bytes (key to FLASH_${key.register})`);
  }
  return permissions.erase === 'none'
    ? refuse(451, `would unlock the ${key.opens} (key to FLASH_${key.register})`)
    : ALLOWED;
}

function decideControl(chip: Chip, value: number, permissions: Permissions): Decision {
  const { register, bits, massErase, change, optionStart } = chip.flash.controller.control;
  const set = (names: readonly string[]): string | undefined =>
    names.find((name) => Math.floor(value / 2 ** (bits[name] as number)) % 2 === 1);
  const mass = set(massErase);
  if (mass !== undefined && permissions.erase !== 'mass') {
    return refuse(451, `would set ${mass} in FLASH_${register}: mass erase`);
  }
  if (set(change) !== undefined && permissions.erase === 'none') {
    return refuse(451, `would arm page erase or programming in FLASH_${register}`);
  }
  const option = set(optionStart);
  if (option !== undefined && !mayTouchOptions(permissions)) {
    return refuse(453, `would set ${option} in FLASH_${register}: program the option bytes`);
  }
  return ALLOWED;
}

function mayTouchOptions(permissions: Permissions): boolean {
  return permissions.option_bytes || permissions.write_protection || permissions.rdp1;
}
