/** One option word: register that shows it, place in the option area, factory value. */
export interface OptionWordPlace {
  readonly name: string;
  /** Offset in the FLASH registers. */
  readonly register: number;
  /** Offset in the option area; the complement stands 4 bytes further. */
  readonly place: number;
  readonly factory: number;
  /** Another area than the first, for parts with one per bank. */
  readonly area?: OptionCells;
}

/** Cells that hold option words, and who hears of changes there. */
export interface OptionCells {
  readonly words: Int32Array;
  changed(offset: number, length: number): void;
}

/**
 * Option words at three levels: in the option area (survive power-off), loaded (in force), and staged (in the registers, waiting
 * for OPTSTRT). Source: RM0454 3.4 (documented).
 */
export interface OptionBytes {
  readonly words: readonly OptionWordPlace[];
  staged(register: number): number | undefined;
  stage(register: number, value: number): void;
  /** The value in force. */
  loaded(name: string): number;
  /** OPTSTRT: staged words go to the area. */
  program(): void;
  /** Power-on or OBL_LAUNCH: the area comes into force. False if a complement does not match. */
  load(): boolean;
  /** System reset: the registers show again what is in force. */
  restage(): void;
}

export function createOptionBytes(
  words: readonly OptionWordPlace[],
  area: Int32Array,
  changed: (offset: number, length: number) => void,
): OptionBytes {
  const first: OptionCells = { words: area, changed };
  const staged = new Map<number, number>();
  const loaded = new Map<string, number>();

  function store(word: OptionWordPlace, value: number): void {
    const cells = word.area ?? first;
    cells.words[word.place >> 2] = value;
    cells.words[(word.place >> 2) + 1] = ~value;
    cells.changed(word.place, 8);
  }
  function restage(): void {
    for (const word of words) staged.set(word.register, loaded.get(word.name) ?? word.factory);
  }
  for (const word of words) store(word, word.factory);

  return {
    words,
    staged: (register) => staged.get(register),
    stage(register, value) {
      if (staged.has(register)) staged.set(register, value >>> 0);
    },
    loaded: (name) => loaded.get(name) ?? 0,
    program() {
      for (const word of words) store(word, staged.get(word.register) ?? word.factory);
    },
    load() {
      let valid = true;
      for (const word of words) {
        const cells = (word.area ?? first).words;
        const value = cells[word.place >> 2]!;
        valid &&= value === ~cells[(word.place >> 2) + 1]!;
        loaded.set(word.name, value >>> 0);
      }
      restage();
      return valid;
    },
    restage,
  };
}
