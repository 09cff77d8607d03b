import { type Chip, fieldOf, type OptionWord, pageAt, pageCount, pageOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';
import { RDP_LEVEL_0, RDP_LEVEL_2 } from '../guard/option-rules.ts';
import type { OptionWords } from '../guard/with-restored.ts';

/** What one option field says, in words. */
export interface OptionMeaning {
  readonly word: string;
  readonly field: string;
  readonly value: number;
  readonly meaning: string;
}

/** Meaning of a one-bit option at 0 and at 1 (FLASH chapters of RM0454, RM0444, RM0490, RM0091, RM0383, RM0377, RM0367, RM0351). */
const bits: Readonly<Record<string, readonly [string, string]>> = {
  nRST_STOP: ['entering Stop resets the chip', 'Stop is entered without a reset'],
  nRST_STDBY: ['entering Standby resets the chip', 'Standby is entered without a reset'],
  nRST_SHDW: ['entering Shutdown resets the chip', 'Shutdown is entered without a reset'],
  IWDG_SW: [
    'the independent watchdog starts by itself at every reset',
    'the independent watchdog starts by software only',
  ],
  WDG_SW: [
    'the independent watchdog starts by itself at every reset',
    'the independent watchdog starts by software only',
  ],
  IWDG_STOP: ['the independent watchdog is frozen in Stop', 'the independent watchdog runs on in Stop'],
  IWDG_STDBY: ['the independent watchdog is frozen in Standby', 'the independent watchdog runs on in Standby'],
  WWDG_SW: ['the window watchdog starts by itself at every reset', 'the window watchdog starts by software only'],
  RAM_PARITY_CHECK: ['RAM parity check is on, which costs RAM', 'RAM parity check is off'],
  SRAM2_PE: ['SRAM2 parity check is on', 'SRAM2 parity check is off'],
  SRAM2_RST: ['SRAM2 is erased by every reset', 'SRAM2 keeps its content over a reset'],
  VDDA_MONITOR: ['VDDA is not supervised', 'VDDA is supervised'],
  nBOOT_SEL: ['BOOT0 is the pin', 'BOOT0 is the bit nBOOT0; the pin is ignored'],
  BOOT_SEL: ['BOOT0 is the bit nBOOT0; the pin is ignored', 'BOOT0 is the pin'],
  nBOOT1: ['with BOOT0 at 1, SRAM is booted', 'with BOOT0 at 1, system memory (the ROM) is booted'],
  nBOOT0: ['BOOT0 counts as 1', 'BOOT0 counts as 0'],
  BOOT_LOCK: ['boot pin and boot bits count', 'main flash is booted, whatever boot pin and boot bits say'],
  BFB2: ['bank 1 is booted', 'the ROM looks for code in bank 2, then in bank 1, and boots what it finds'],
  DUALBANK: ['the flash is one bank', 'the flash is two banks'],
  DUAL_BANK: ['the flash is one bank', 'the flash is two banks'],
  nSWAP_BANK: ['the banks are swapped', 'the banks are not swapped'],
  BOR_EN: [
    'brown-out reset at the fixed power-on level',
    'brown-out reset at the level chosen by BORR_LEV and BORF_LEV',
  ],
  IRHEN: ['an internal reset pulls NRST for a moment', 'an internal reset holds NRST until the pin is low'],
  HSE_NOT_REMAPPED: ['HSE is remapped to PC14 and PC15', 'HSE is on PF0 and PF1'],
  SECURE_MUXING_EN: [
    'pins that share a pad may be driven at once',
    'only one of the pins that share a pad is connected',
  ],
  SPRMOD: ['nWRP protects against writing', 'nWRP protects against reading, too (PCROP)'],
  WPRMOD: ['WRP protects against writing', 'WRP protects against reading, too (PCROP)'],
  PCROP_RDP: ['going back to RDP level 0 keeps PCROP areas', 'going back to RDP level 0 erases PCROP areas'],
};

/** Meaning of a field of several bits. */
const numbers: Readonly<Record<string, (value: number, chip: Chip) => string>> = {
  BOR_LEV: brownOut,
  BORR_LEV: (value) => `brown-out, rising threshold ${value + 1} of 4`,
  BORF_LEV: (value) => `brown-out, falling threshold ${value + 1} of 4`,
  NRST_MODE: (value) =>
    ['NRST in a state that is not defined', 'NRST is an input only', 'NRST is a GPIO', 'NRST is input and output'][
      value
    ] ?? '',
  SEC_SIZE: (value) => `${value} pages can be made unreadable until the next reset`,
  SEC_SIZE2: (value) => `${value} pages of bank 2 can be made unreadable until the next reset`,
  DATA0: (value) => `user data ${hex(value)}`,
  DATA1: (value) => `user data ${hex(value)}`,
};

/** F4: 3 is off, 0 the highest level; L0: below 8 is off; L4: 0 is the lowest level. */
function brownOut(value: number, { family }: Chip): string {
  if (family === 'F4') return value === 3 ? 'brown-out reset is off' : `brown-out level ${3 - value}`;
  if (family === 'L0') return value < 8 ? 'brown-out reset is off' : `brown-out level ${value - 7}`;
  return `brown-out level ${value}`;
}

/** Every field of every option word of the chip that was read, in words. */
export function explainOptions(chip: Chip, words: OptionWords): readonly OptionMeaning[] {
  return chip.optionBytes.words.flatMap((word) => {
    const value = words[word.name];
    if (value === undefined) return [];
    return Object.entries(word.fields).map(([field, where]): OptionMeaning => {
      const bit = fieldOf(value, where);
      return { word: word.name, field, value: bit, meaning: meaningOfField(chip, word, field, value) };
    });
  });
}

function meaningOfField(chip: Chip, word: OptionWord, field: string, value: number): string {
  const where = word.fields[field];
  const bit = where === undefined ? 0 : fieldOf(value, where);
  if (field === 'RDP') return `readout protection level ${rdpLevelOf(bit)}`;
  if (field === 'WRP' || field === 'nWRP') {
    const areas = maskedAreas(chip, word, value);
    if (areas.length === 0) return 'no page is protected';
    return `protected: ${areas.map(({ first, last }) => `page ${first} to ${last}`).join(', ')}`;
  }
  if (field.startsWith('WRP') && /_(STRT|END)$/.test(field)) {
    const number = bit + bankOffset(chip, field);
    const page = pageAt(chip, number);
    return `page ${number} (${page === undefined ? 'not on this part' : hex(page.base)}) is the ${field.endsWith('STRT') ? 'first' : 'last'} protected one`;
  }
  if (field.startsWith('PCROP') && /_(STRT|END)$/.test(field)) {
    return `the area that cannot be read ${field.endsWith('STRT') ? 'begins' : 'ends'} with unit ${bit}`;
  }
  return bits[field]?.[bit === 0 ? 0 : 1] ?? numbers[field]?.(bit, chip) ?? `${bit}`;
}

/** Level of an RDP byte: 0xAA is 0, 0xCC is 2, anything else 1 (AN2606 r70 4.1). */
export function rdpLevelOf(byte: number): 0 | 1 | 2 {
  if (byte === RDP_LEVEL_0) return 0;
  return byte === RDP_LEVEL_2 ? 2 : 1;
}

/** Names of the fields that are not as the factory leaves them. */
export function notAsFromFactory(chip: Chip, words: OptionWords): readonly string[] {
  return chip.optionBytes.words.flatMap((word) => {
    const value = words[word.name];
    if (value === undefined) return [];
    return Object.entries(word.fields)
      .filter(([, field]) => fieldOf(value, field) !== fieldOf(word.factory, field))
      .map(([name]) => name);
  });
}

/** One write-protected area: first and last page, both protected. */
export interface ProtectedArea {
  readonly word: string;
  readonly first: number;
  readonly last: number;
}

/** Areas of write protection: from start and end, or from a bit per sector. */
export function protectedAreas(chip: Chip, words: OptionWords): readonly ProtectedArea[] {
  return chip.optionBytes.words.flatMap((word) => {
    const value = words[word.name];
    if (value === undefined) return [];
    const named = (pattern: RegExp) => Object.entries(word.fields).find(([name]) => pattern.test(name));
    const [start, end] = [named(/^WRP.*_STRT$/), named(/^WRP.*_END$/)];
    if (start === undefined || end === undefined) return maskedAreas(chip, word, value);
    const offset = bankOffset(chip, start[0]);
    const [first, last] = [fieldOf(value, start[1]) + offset, fieldOf(value, end[1]) + offset];
    // A start above the end protects nothing (RM0454, FLASH_WRP1AR).
    return first <= last ? [{ word: word.name, first, last }] : [];
  });
}

/** Pages of bank 2 follow those of bank 1. */
function bankOffset(chip: Chip, field: string): number {
  return field.startsWith('WRP2') ? pageCount(chip) / 2 : 0;
}

/** L0 and F0 protect by 4 KB, the last bit of a full WRPR of F0 all that is left; F4 by sector. */
const PROTECTED_AT_ONCE = 4096;

/** Runs of protected pages from a word with a bit per sector: 1 protects on L0, 0 on F0 and F4. */
function maskedAreas(chip: Chip, word: OptionWord, value: number): readonly ProtectedArea[] {
  const field = word.fields.WRP ?? word.fields.nWRP;
  if (field === undefined) return [];
  const protects = chip.family === 'L0' ? 1 : 0;
  const before = chip.optionBytes.words
    .slice(0, chip.optionBytes.words.indexOf(word))
    .reduce((sum, other) => sum + (other.fields.WRP?.width ?? 0), 0);
  const areas: { word: string; first: number; last: number }[] = [];
  for (let i = 0; i < field.width; i++) {
    if (fieldOf(value, { lsb: field.lsb + i, width: 1 }) !== protects) continue;
    const [first, last] = pagesOfBit(chip, before + i, i === field.width - 1);
    const open = areas.at(-1);
    if (open !== undefined && open.last + 1 === first) open.last = last;
    else areas.push({ word: word.name, first, last });
  }
  return areas;
}

function pagesOfBit(chip: Chip, bit: number, isLast: boolean): readonly [number, number] {
  if (chip.family === 'F4') return [bit, bit];
  const at = chip.flash.base + bit * PROTECTED_AT_ONCE;
  const first = pageOf(chip, at) ?? 0;
  if (isLast && chip.family === 'F0') return [first, pageCount(chip) - 1];
  return [first, pageOf(chip, at + PROTECTED_AT_ONCE - 1) ?? first];
}
