/**
 * The RAM of OTG_FS and the FIFOs that software lays out in it (RM0383 22.13): 320 words that one Rx FIFO and a Tx FIFO for each IN endpoint
 * share. FIFOs that overlap overwrite each other, as they would in silicon; what lies behind the RAM is lost (hypothesis).
 */
const RAM_WORDS = 320;

/** Words in the order in which they came. */
export interface WordFifo {
  readonly words: number;
  readonly depth: number;
  readonly free: number;
  /** Where it lies. Empties it if that changed. */
  place(start: number, depth: number): void;
  /** False, and the word is lost, when there is no room. */
  push(word: number): boolean;
  pop(): number | undefined;
  /** The word `ahead` of the oldest; undefined if there is none. */
  peek(ahead?: number): number | undefined;
  flush(): void;
}

export interface FifoRam {
  fifo(): WordFifo;
}

/** @param outside a FIFO reaches beyond the RAM */
export function createFifoRam(outside: () => void): FifoRam {
  const ram = new Uint32Array(RAM_WORDS);
  return { fifo: () => createFifo(ram, outside) };
}

function createFifo(ram: Uint32Array, outside: () => void): WordFifo {
  let start = 0;
  let depth = 0;
  let first = 0;
  let words = 0;
  const placeOf = (ahead: number): number => start + ((first + ahead) % depth);
  function flush(): void {
    first = words = 0;
  }
  return {
    get words() {
      return words;
    },
    get depth() {
      return depth;
    },
    get free() {
      return depth - words;
    },
    place(nextStart, nextDepth) {
      if (nextStart === start && nextDepth === depth) return;
      start = nextStart;
      depth = nextDepth;
      flush();
    },
    push(word) {
      if (words >= depth) return false;
      const place = placeOf(words);
      if (place >= RAM_WORDS) outside();
      else ram[place] = word;
      words++;
      return true;
    },
    pop() {
      if (words === 0) return undefined;
      const word = ram[placeOf(0)] ?? 0;
      first = (first + 1) % depth;
      words--;
      return word;
    },
    peek: (ahead = 0) => (ahead < words ? (ram[placeOf(ahead)] ?? 0) : undefined),
    flush,
  };
}

/** Words that `bytes` take in a FIFO. */
export const wordsFor = (bytes: number): number => Math.ceil(bytes / 4);

/** What the core does when software takes a word out. */
export type Popped = (() => void) | undefined;

/** The Rx FIFO: status words with the data that belong to them. */
export interface RxFifo {
  readonly words: number;
  hasRoom(words: number): boolean;
  place(depth: number): void;
  /** @param popped carried out when the status word is read */
  add(status: number, bytes: Uint8Array, popped?: () => void): void;
  peek(): number;
  /** The next word; 0 when there is none (RM0383 22.16.2, GRXSTSP). `wanted` is what software takes it for. */
  pop(wanted: 'status' | 'data'): number;
  flush(): void;
}

/** @param outOfStep software read a word of data as a status or the other way round */
export function createRxFifo(ram: FifoRam, outOfStep: (wanted: 'status' | 'data') => void): RxFifo {
  const fifo = ram.fifo();
  /** Beside each word: undefined for data. */
  let tags: ({ readonly popped: Popped } | undefined)[] = [];
  return {
    get words() {
      return fifo.words;
    },
    hasRoom: (words) => fifo.free >= words,
    place(depth) {
      fifo.place(0, depth);
      if (fifo.words === 0) tags = [];
    },
    add(status, bytes, popped) {
      fifo.push(status);
      tags.push({ popped });
      for (let at = 0; at < bytes.length; at += 4) {
        // The rest of the last word: hypothesis; drivers take BCNT bytes of it.
        const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
        fifo.push((a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
        tags.push(undefined);
      }
    },
    peek: () => fifo.peek() ?? 0,
    pop(wanted) {
      const word = fifo.pop();
      if (word === undefined) return 0;
      const tag = tags.shift();
      if ((tag === undefined) !== (wanted === 'data')) outOfStep(wanted);
      tag?.popped?.();
      return word;
    },
    flush() {
      fifo.flush();
      tags = [];
    },
  };
}
