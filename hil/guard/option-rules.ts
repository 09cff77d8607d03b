import { type Chip, fieldOf, type OptionWord, overlaps } from '../chip/chip.ts';
import { ALLOWED, type Decision, firstRefusal, type KnownState, type Permissions, refuse } from './access.ts';

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
  return firstRefusal([...changed].map((field) => decideField(field, word, value, before, permissions)));
}

/** Names of the fields that differ; all of them, and the rest of the word as `reserved`, if the value before is unknown. */
function changedFields(word: OptionWord, before: number | undefined, value: number): ReadonlySet<string> {
  const names = Object.entries(word.fields)
    .filter(([, field]) => before === undefined || fieldOf(before, field) !== fieldOf(value, field))
    .map(([name]) => name);
  // Level 2 is refused even where the chip is said to have it already: the word may have been read wrongly.
  const rdp = word.fields.RDP;
  if (rdp !== undefined && fieldOf(value, rdp) === RDP_LEVEL_2) names.push('RDP');
  if (before === undefined || (before ^ value) !== 0) names.push('any');
  return new Set(names);
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
  if (isWriteProtection(word)) {
    return permissions.write_protection ? ALLOWED : refuse(452, `would change write protection (${word.name})`);
  }
  if (name === 'any' && isOnlyRdpChanged(word, value, before)) return ALLOWED;
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

/** A write into the option-byte area, where each word is followed by its complement. */
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
  const touched = chip.optionBytes.words.filter((word) =>
    overlaps({ base: word.address, size: 4 }, address, bytes.length),
  );
  const decisions = touched.map((word) => {
    if (address <= word.address && address + bytes.length >= word.address + 4) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return decideOptionWord(word, view.getUint32(word.address - address, true), permissions, known);
    }
    return decidePartOfWord(word, address, bytes, permissions);
  });
  const area = permissions.option_bytes ? ALLOWED : refuse(453, 'would write into the option-byte area');
  // Level 2 first: it must be the reason that is told, whatever else is missing.
  return firstRefusal([...[asIfAtBase, ...decisions].filter(isLevel2), area, ...decisions, asIfAtBase]);
}

function isLevel2(decision: Decision): boolean {
  return !decision.allowed && decision.code === 455;
}

/** Part of a word: what becomes of the rest is unknown, so every field of the word counts as changed. */
export function decidePartOfWord(
  word: OptionWord,
  address: number,
  bytes: Uint8Array,
  permissions: Permissions,
  base = word.address,
): Decision {
  const rdpByte = word.fields.RDP === undefined ? undefined : bytes[base - address];
  if (rdpByte === RDP_LEVEL_2) return refuse(455, LEVEL_2);
  const everything =
    permissions.option_bytes && permissions.rdp1 && permissions.write_protection && permissions.erase === 'mass';
  return everything ? ALLOWED : refuse(453, `would write a part of the option word ${word.name}`);
}

function isWriteProtection(word: OptionWord): boolean {
  return word.name.startsWith('WRP');
}

function isOnlyRdpChanged(word: OptionWord, value: number, before: number | undefined): boolean {
  const rdp = word.fields.RDP;
  if (rdp === undefined || before === undefined) return false;
  const mask = (2 ** rdp.width - 1) * 2 ** rdp.lsb;
  return ((before ^ value) & ~mask) === 0;
}
