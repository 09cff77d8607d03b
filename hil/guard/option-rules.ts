import { type BitField, type Chip, fieldOf, type OptionWord } from '../chip/chip.ts';
import { ALLOWED, type Decision, firstRefusal, type KnownState, type Permissions, refuse } from './access.ts';
import { complementAddresses, payloadAddresses } from './option-area.ts';

/** RDP byte: 0xAA is level 0, 0xCC level 2, anything else level 1 (AN2606 4.1; RM0454 "Readout protection"). */
export const RDP_LEVEL_0 = 0xaa;
export const RDP_LEVEL_2 = 0xcc;

const LEVEL_2 = 'would set readout protection level 2, which cannot be undone';

/** May this option word get this value? */
export function decideOptionWord(
  word: OptionWord,
  value: number,
  permissions: Permissions,
  known: KnownState,
): Decision {
  const before = known.optionWords?.[word.name];
  const changed = changedFields(word, before, value);
  const decisions = [...changed].map((field) => decideField(field, word, value, before, permissions));
  return firstRefusal([...decisions.filter(isLevel2), ...decisions]);
}

/** What is not a field: reserved bits. */
const RESERVED = 'reserved bits';

/** Names of the fields that differ, and `RESERVED` if anything else does; all of them if the value before is unknown. */
function changedFields(word: OptionWord, before: number | undefined, value: number): ReadonlySet<string> {
  const names = Object.entries(word.fields)
    .filter(([, field]) => before === undefined || fieldOf(before, field) !== fieldOf(value, field))
    .map(([name]) => name);
  // Both are refused even where the chip is said to have them already: the word may have been read wrongly.
  const { RDP, BOOT_LOCK } = word.fields;
  if (RDP !== undefined && fieldOf(value, RDP) === RDP_LEVEL_2) names.push('RDP');
  if (BOOT_LOCK !== undefined && fieldOf(value, BOOT_LOCK) === 1) names.push('BOOT_LOCK');
  const reserved = ~Object.values(word.fields).reduce((mask, field) => mask | maskOf(field), 0);
  if (before === undefined || ((before ^ value) & reserved) !== 0) names.push(RESERVED);
  return new Set(names);
}

function maskOf({ lsb, width }: BitField): number {
  return ((2 ** width - 1) * 2 ** lsb) | 0;
}

function decideField(
  name: string,
  word: OptionWord,
  value: number,
  before: number | undefined,
  permissions: Permissions,
): Decision {
  const rdp = word.fields.RDP;
  if (name === 'RDP' && rdp !== undefined) {
    return decideRdp(fieldOf(value, rdp), before === undefined ? undefined : fieldOf(before, rdp), permissions);
  }
  if (name === 'BOOT_LOCK' && word.fields.BOOT_LOCK !== undefined && fieldOf(value, word.fields.BOOT_LOCK) === 1) {
    return refuse(455, 'would set BOOT_LOCK, which together with readout protection closes the debug port for good');
  }
  if (isCodeProtection(name, word)) return decideCodeProtection(name, permissions);
  if (isWriteProtection(name, word)) {
    return permissions.write_protection ? ALLOWED : refuse(452, `would change write protection (${word.name})`);
  }
  return permissions.option_bytes ? ALLOWED : refuse(453, `would change option bytes (${word.name})`);
}

/** May the RDP byte become `level`? `before` is undefined if it is not known. */
export function decideRdp(level: number, before: number | undefined, permissions: Permissions): Decision {
  if (level === RDP_LEVEL_2) return refuse(455, LEVEL_2);
  if (level === before) return ALLOWED;
  if (!permissions.rdp1) {
    const from = before === undefined ? 'and what it is now is not known' : `from 0x${before.toString(16)}`;
    return refuse(454, `would set the RDP byte to 0x${level.toString(16)} (${from})`);
  }
  if (level === RDP_LEVEL_0 && permissions.erase !== 'mass') {
    return refuse(451, 'going back to readout protection level 0 erases the whole flash');
  }
  return ALLOWED;
}

/**
 * PCROP, and the bits that turn WRP into it (SPRMOD on F4, WPRMOD on L0): only going back from readout protection level 1 to 0, which
 * erases the flash, takes it away (RM0490 4.5.2; RM0383 3.6.5).
 */
function isCodeProtection(name: string, word: OptionWord): boolean {
  return word.name.startsWith('PCROP') || name === 'SPRMOD' || name === 'WPRMOD';
}

function decideCodeProtection(name: string, permissions: Permissions): Decision {
  if (!permissions.write_protection)
    return refuse(452, `would change the protection of code against reading (${name})`);
  if (!permissions.rdp1) return refuse(454, `would change ${name}, which only readout protection takes back`);
  return permissions.erase === 'mass' ? ALLOWED : refuse(451, `taking back ${name} erases the whole flash`);
}

function isWriteProtection(name: string, word: OptionWord): boolean {
  return /^n?WRP/.test(name) || word.name.startsWith('WRP');
}

/** A write into the option-byte area, laid out as the part's `OptionLayout` says. */
export function decideOptionArea(
  chip: Chip,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
  known: KnownState,
): Decision {
  // A write must begin at the base (AN3155, 3.6), so a ROM is free to take any as if it did; and the base holds RDP.
  const asIfAtBase =
    address === chip.optionBytes.base
      ? ALLOWED
      : decideOptionArea(chip, chip.optionBytes.base, bytes, permissions, known);
  const decisions = chip.optionBytes.words.map((word) =>
    decideWordInArea(chip, word, address, bytes, permissions, known),
  );
  const area = permissions.option_bytes ? ALLOWED : refuse(453, 'would write into the option-byte area');
  // Level 2 first: it must be the reason that is told, whatever else is missing.
  return firstRefusal([...[asIfAtBase, ...decisions].filter(isLevel2), area, ...decisions, asIfAtBase]);
}

/** What a write makes of one word: all of its payload, a part of it, or nothing. */
function decideWordInArea(
  chip: Chip,
  word: OptionWord,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
  known: KnownState,
): Decision {
  const { layout } = chip.optionBytes;
  const at = (place: number): number | undefined => bytes[place - address];
  const payload = payloadAddresses(word, layout).map(at);
  const known8 = payload.filter((byte): byte is number => byte !== undefined);
  if (known8.length === payload.length) {
    const value = known8.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
    return decideOptionWord(word, value, permissions, known);
  }
  const touched = known8.length > 0 || complementAddresses(word, layout).some((place) => at(place) !== undefined);
  return touched ? decidePartOfWord(word, payload, permissions) : ALLOWED;
}

/** A write that covers a part of an option register at `register`. */
export function decidePartOfRegister(
  word: OptionWord,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
): Decision {
  return decidePartOfWord(
    word,
    [0, 1, 2, 3].map((i) => bytes[word.register + i - address]),
    permissions,
  );
}

/** Part of a word: what becomes of the rest is unknown, so every field of the word counts as changed. */
function decidePartOfWord(
  word: OptionWord,
  payload: readonly (number | undefined)[],
  permissions: Permissions,
): Decision {
  const { RDP, BOOT_LOCK } = word.fields;
  if (RDP !== undefined && payload[RDP.lsb / 8] === RDP_LEVEL_2) return refuse(455, LEVEL_2);
  if (BOOT_LOCK !== undefined) return refuse(453, `would write a part of the option word ${word.name}`);
  const everything =
    permissions.option_bytes && permissions.rdp1 && permissions.write_protection && permissions.erase === 'mass';
  return everything ? ALLOWED : refuse(453, `would write a part of the option word ${word.name}`);
}

function isLevel2(decision: Decision): boolean {
  return !decision.allowed && decision.code === 455;
}
