import { type Chip, fieldOf } from '../chip/chip.ts';
import { RDP_LEVEL_2 } from './option-rules.ts';
import type { OptionWords } from './with-restored.ts';

/** The value of a field in the words read; undefined if the part has no such field or its word was not read. */
export function optionField(chip: Chip, words: OptionWords, name: string): number | undefined {
  for (const word of chip.optionBytes.words) {
    const field = word.fields[name];
    const value = words[word.name];
    if (field !== undefined && value !== undefined) return fieldOf(value, field);
  }
  return undefined;
}

export type BootMemory = 'main flash' | 'system memory' | 'SRAM' | 'the bank in which the ROM finds code';

/** What the next reset boots. `pin` maps the BOOT0 pin's level to the memory when the pin decides. */
export type BootChoice =
  | { readonly by: 'options' | 'empty flag'; readonly memory: BootMemory }
  | {
      readonly by: 'pin';
      readonly low: BootMemory;
      readonly high: BootMemory;
      /** F4: with BOOT0 high, this pin high boots that instead. */
      readonly boot1?: { readonly pin: string; readonly high: BootMemory };
    }
  | { readonly by: 'unknown pattern'; readonly pattern: number };

/** BOOT1 of F4 (DS10314). */
const BOOT1_F4 = { pin: 'PB2', high: 'SRAM' } as const;

/**
 * What the next reset boots, by the pattern of AN2606 r70 table 2; that nBOOT1 = 0 means SRAM is in the manuals' boot tables.
 * @param empty What the boot decision takes for an empty flash: FLASH_ACR.EMPTY where there is one (G0, C0), else the first word
 *   (pattern 6). It counts where main flash would be booted.
 */
export function bootChoice(chip: Chip, words: OptionWords, empty: boolean): BootChoice {
  const pattern = chip.rom.bootPattern;
  const field = (name: string): number | undefined => optionField(chip, words, name);
  const [nBoot0, nBoot1] = [field('nBOOT0'), field('nBOOT1')];
  const high: BootMemory = nBoot1 === 0 ? 'SRAM' : 'system memory';
  if (pattern === 1) return { by: 'pin', low: 'main flash', high: 'system memory', boot1: BOOT1_F4 };
  if (nBoot1 === undefined) return { by: 'unknown pattern', pattern };
  if (pattern === 2) return { by: 'pin', low: 'main flash', high };
  if (pattern === 7) {
    const dual = field('BFB2') === 1;
    return { by: 'pin', low: dual ? 'the bank in which the ROM finds code' : 'main flash', high };
  }
  if ((pattern !== 6 && pattern !== 11) || nBoot0 === undefined) return { by: 'unknown pattern', pattern };
  if (field('BOOT_LOCK') === 1) return { by: 'options', memory: 'main flash' };
  const low: BootMemory = empty ? 'system memory' : 'main flash';
  if (pinDecides(field)) return { by: 'pin', low, high };
  if (nBoot0 === 0) return { by: 'options', memory: high };
  return { by: empty ? 'empty flag' : 'options', memory: low };
}

/** BOOT_SEL of F0 is 1 for the pin, nBOOT_SEL of the others is 0. */
function pinDecides(field: (name: string) => number | undefined): boolean {
  return field('BOOT_SEL') === 1 || field('nBOOT_SEL') === 0;
}

/**
 * Why nothing outside the program in flash leads to the ROM with these option bytes; undefined if a pin or a bit does. What is left
 * then is a jump by the application, or the probe.
 */
export function whyRomIsOutOfReach(chip: Chip, words: OptionWords): string | undefined {
  const field = (name: string): number | undefined => optionField(chip, words, name);
  if (field('RDP') === RDP_LEVEL_2) return 'readout protection level 2 boots main flash alone, for ever';
  const choice = bootChoice(chip, words, false);
  if (choice.by === 'unknown pattern') return undefined;
  const reached = choice.by === 'pin' ? [choice.low, choice.high] : [choice.memory];
  if (reached.includes('system memory')) return undefined;
  if (field('BOOT_LOCK') === 1) return 'BOOT_LOCK 1 boots main flash alone';
  if (field('nBOOT1') === 0 && (choice.by === 'pin' || field('nBOOT0') === 0)) {
    return 'nBOOT1 0 boots SRAM where BOOT0 would lead to the ROM';
  }
  return `the BOOT0 pin (${chip.boot0Pin}) is ignored and nBOOT0 is 1`;
}
