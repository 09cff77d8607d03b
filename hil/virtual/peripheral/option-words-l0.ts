import type { OptionWordPlace } from './option-bytes.ts';
import type { LoadedOptions } from './roles.ts';

/**
 * Option words of STM32L0: each 32-bit word of the area holds 16 bits and their complement, so that a register takes two of them
 * (WRPR2 one). Software writes both halves in place. Source: RM0376 3.3.6 and 3.4 (documented).
 */
export interface OptionWordsL0 extends LoadedOptions {
  /** The value that the register of this offset shows. */
  shown(register: number): number | undefined;
  /** Power-on or OBL_LAUNCH: the area comes into force. False if a complement does not match. */
  load(): boolean;
}

export interface OptionWordL0 extends OptionWordPlace {
  readonly bits: 16 | 32;
  /** In force when a complement does not match. */
  readonly fallback: number;
}

/** The 16 bits of an option word, or undefined if the upper half is not their complement. */
export function checkedHalf(word: number): number | undefined {
  const value = word & 0xffff;
  return word >>> 16 === (~value & 0xffff) ? value : undefined;
}

export const withComplement = (value: number): number => ((value & 0xffff) | ((~value & 0xffff) << 16)) >>> 0;

export function createOptionWordsL0(words: readonly OptionWordL0[], area: Int32Array): OptionWordsL0 {
  const loaded = new Map<string, number>();
  for (const { place, bits, factory } of words) {
    area[place >> 2] = withComplement(factory);
    if (bits === 32) area[(place >> 2) + 1] = withComplement(factory >>> 16);
  }
  return {
    loaded: (name) => loaded.get(name) ?? 0,
    shown(register) {
      const word = words.find((candidate) => candidate.register === register);
      return word === undefined ? undefined : (loaded.get(word.name) ?? 0);
    },
    load() {
      let valid = true;
      for (const { name, place, bits, fallback } of words) {
        const low = checkedHalf(area[place >> 2]!);
        const high = bits === 32 ? checkedHalf(area[(place >> 2) + 1]!) : 0;
        const matches = low !== undefined && high !== undefined;
        valid &&= matches;
        loaded.set(name, matches ? (low | (high << 16)) >>> 0 : fallback);
      }
      return valid;
    },
  };
}
