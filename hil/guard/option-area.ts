import type { Chip, OptionLayout, OptionWord } from '../chip/chip.ts';

/**
 * Addresses of a word's bytes in the option-byte area, lowest byte first, without complements; `OptionLayout` describes the layouts.
 */
export function payloadAddresses(word: OptionWord, layout: OptionLayout): readonly number[] {
  return Array.from({ length: (word.width ?? 32) / 8 }, (_, i) => word.address + offsetOf(layout, i));
}

/** Addresses of the complements, in the same order; none where the hardware keeps none. */
export function complementAddresses(word: OptionWord, layout: OptionLayout): readonly number[] {
  const distance = complementDistance[layout];
  return distance === 0 ? [] : payloadAddresses(word, layout).map((address) => address + distance);
}

const complementDistance: Readonly<Record<OptionLayout, number>> = {
  'double-word': 4,
  'half-complement': 2,
  'byte-complement': 1,
  register: 0,
};

function offsetOf(layout: OptionLayout, byte: number): number {
  switch (layout) {
    case 'double-word':
      return byte;
    case 'half-complement':
      return byte < 2 ? byte : byte + 2;
    case 'byte-complement':
      return 2 * byte;
    case 'register':
      return byte < 2 ? byte : byte + 6;
  }
}

/** Half-words that hold an option word in place, with the complements, by address: as L0 and F0 are programmed. */
export function halfWordsOf(chip: Chip, word: OptionWord, value: number): readonly (readonly [number, number])[] {
  const { layout } = chip.optionBytes;
  const bytes = new Map<number, number>();
  for (const [i, address] of payloadAddresses(word, layout).entries()) bytes.set(address, (value >>> (8 * i)) & 0xff);
  for (const [i, address] of complementAddresses(word, layout).entries()) {
    bytes.set(address, ~(value >>> (8 * i)) & 0xff);
  }
  return [...bytes.keys()]
    .filter((address) => address % 2 === 0)
    .sort((a, b) => a - b)
    .map((address) => [address, (bytes.get(address) ?? 0xff) | ((bytes.get(address + 1) ?? 0xff) << 8)]);
}
