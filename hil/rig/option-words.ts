import { type Chip, fieldOf } from '../chip/chip.ts';
import { hex } from '../error/format-error.ts';

/** Option words as a person reads them: each with its fields, and what differs from the factory. */
export function optionWordsInWords(chip: Chip, words: Readonly<Record<string, number>>): readonly string[] {
  return chip.optionBytes.words.map((word) => {
    const value = words[word.name];
    if (value === undefined) return `${word.name}: not read`;
    const fields = Object.entries(word.fields).map(([name, field]) => {
      const now = fieldOf(value, field);
      const factory = fieldOf(word.factory, field);
      return `${name}=${field.width > 4 ? hex(now) : now}${now === factory ? '' : ` (factory ${field.width > 4 ? hex(factory) : factory})`}`;
    });
    return `${word.name} ${hex(value)}: ${fields.join(' ')}`;
  });
}
