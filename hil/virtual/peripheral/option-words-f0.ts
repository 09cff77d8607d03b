import type { OptionWordPlace } from './option-bytes.ts';
import type { LoadedOptions } from './roles.ts';

/**
 * Option bytes of STM32F0: each byte is followed by its complement; four of them make the word of a register. They are erased
 * together and programmed in place, byte and complement as one half-word. Source: RM0091 4.1 (documented).
 */
export interface OptionWordsF0 extends LoadedOptions {
  /** Power-on or OBL_LAUNCH: the area comes into force. False if a complement does not match. */
  load(): boolean;
}

/** A word of the area: four bytes unless the part has fewer of it; those that it has not read 0xFF. */
export interface OptionWordF0 extends OptionWordPlace {
  readonly bytes: number;
}

/** A byte with its complement above it, as the hardware programs it (RM0091 3.2.2, "Option byte programming": documented). */
export const withComplement = (byte: number): number => (byte & 0xff) | ((~byte & 0xff) << 8);

export function createOptionWordsF0(words: readonly OptionWordF0[], area: Uint16Array): OptionWordsF0 {
  const loaded = new Map<string, number>();
  for (const { place, bytes, factory } of words) {
    for (let i = 0; i < bytes; i++) area[(place >> 1) + i] = withComplement(factory >>> (8 * i));
  }
  return {
    loaded: (name) => loaded.get(name) ?? 0,
    load() {
      let valid = true;
      for (const { name, place, bytes } of words) {
        let value = 0xffff_ffff;
        for (let i = 0; i < bytes; i++) {
          const pair = area[(place >> 1) + i]!;
          // An erased pair is no mismatch; a mismatch is taken as 0xFF (RM0091 4.1).
          const matches = pair === 0xffff || pair === withComplement(pair);
          valid &&= matches;
          value &= ~((matches ? ~pair & 0xff : 0) << (8 * i));
        }
        loaded.set(name, value >>> 0);
      }
      return valid;
    },
  };
}
