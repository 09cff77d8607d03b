import { type Chip, fieldOf, type OptionWord, pageAt } from '../chip/chip.ts';
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

/** Meaning of a one-bit option at 0 and at 1 (RM0454, FLASH_OPTR; the same bits as ST header stm32g070xx.h names them). */
const bits: Readonly<Record<string, readonly [string, string]>> = {
  nRST_STOP: ['entering Stop resets the chip', 'Stop is entered without a reset'],
  nRST_STDBY: ['entering Standby resets the chip', 'Standby is entered without a reset'],
  nRST_SHDW: ['entering Shutdown resets the chip', 'Shutdown is entered without a reset'],
  IWDG_SW: [
    'the independent watchdog starts by itself at every reset',
    'the independent watchdog starts by software only',
  ],
  IWDG_STOP: ['the independent watchdog is frozen in Stop', 'the independent watchdog runs on in Stop'],
  IWDG_STDBY: ['the independent watchdog is frozen in Standby', 'the independent watchdog runs on in Standby'],
  WWDG_SW: ['the window watchdog starts by itself at every reset', 'the window watchdog starts by software only'],
  RAM_PARITY_CHECK: ['RAM parity check is on, which costs RAM', 'RAM parity check is off'],
  nBOOT_SEL: ['BOOT0 is the pin', 'BOOT0 is the bit nBOOT0; the pin is ignored'],
  nBOOT1: ['with BOOT0 at 1, SRAM is booted', 'with BOOT0 at 1, system memory (the ROM) is booted'],
  nBOOT0: ['BOOT0 counts as 1', 'BOOT0 counts as 0'],
  BOR_EN: [
    'brown-out reset at the fixed power-on level',
    'brown-out reset at the level chosen by BORR_LEV and BORF_LEV',
  ],
};

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
  if (field.startsWith('WRP')) {
    const page = pageAt(chip, bit);
    return `page ${bit} (${page === undefined ? 'not on this part' : hex(page.base)}) is the ${field.endsWith('STRT') ? 'first' : 'last'} protected one`;
  }
  return bits[field]?.[bit === 0 ? 0 : 1] ?? `${bit}`;
}

/** Level of an RDP byte: 0xAA is 0, 0xCC is 2, anything else 1 (AN2606 r70 4.1). */
export function rdpLevelOf(byte: number): 0 | 1 | 2 {
  if (byte === RDP_LEVEL_0) return 0;
  return byte === RDP_LEVEL_2 ? 2 : 1;
}

/** The value of a field in the words read; undefined if the part has no such field or its word was not read. */
export function optionField(chip: Chip, words: OptionWords, name: string): number | undefined {
  for (const word of chip.optionBytes.words) {
    const field = word.fields[name];
    const value = words[word.name];
    if (field !== undefined && value !== undefined) return fieldOf(value, field);
  }
  return undefined;
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

/** Areas of write protection. A start above the end protects nothing (RM0454, FLASH_WRP1AR). */
export function protectedAreas(chip: Chip, words: OptionWords): readonly ProtectedArea[] {
  return chip.optionBytes.words.flatMap((word) => {
    const value = words[word.name];
    const start = Object.entries(word.fields).find(([name]) => /^WRP.*_STRT$/.test(name))?.[1];
    const end = Object.entries(word.fields).find(([name]) => /^WRP.*_END$/.test(name))?.[1];
    if (value === undefined || start === undefined || end === undefined) return [];
    const [first, last] = [fieldOf(value, start), fieldOf(value, end)];
    return first <= last ? [{ word: word.name, first, last }] : [];
  });
}

export type BootMemory = 'main flash' | 'system memory' | 'SRAM';

/** What the next reset boots. `pin` maps the BOOT0 pin's level to the memory when the pin decides. */
export type BootChoice =
  | { readonly by: 'options' | 'empty flag'; readonly memory: BootMemory }
  | { readonly by: 'pin'; readonly low: BootMemory; readonly high: BootMemory }
  | { readonly by: 'unknown pattern'; readonly pattern: number };

/**
 * What the next reset boots, by pattern 11 of AN2606 r70 table 2 (section 48.1: no BOOT_LOCK on the G070); that nBOOT1 = 0 means SRAM
 * is RM0454's boot table.
 * @param empty FLASH_ACR.EMPTY: it counts where main flash would be booted
 */
export function bootChoice(chip: Chip, words: OptionWords, empty: boolean): BootChoice {
  const select = optionField(chip, words, 'nBOOT_SEL');
  const nBoot0 = optionField(chip, words, 'nBOOT0');
  const nBoot1 = optionField(chip, words, 'nBOOT1');
  if (chip.rom.bootPattern !== 11 || select === undefined || nBoot0 === undefined || nBoot1 === undefined) {
    return { by: 'unknown pattern', pattern: chip.rom.bootPattern };
  }
  const low: BootMemory = empty ? 'system memory' : 'main flash';
  const high: BootMemory = nBoot1 === 1 ? 'system memory' : 'SRAM';
  if (select === 0) return { by: 'pin', low, high };
  if (nBoot0 === 0) return { by: 'options', memory: high };
  return { by: empty ? 'empty flag' : 'options', memory: low };
}
