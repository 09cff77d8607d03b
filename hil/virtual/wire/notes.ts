/** One note of the board: what happened inside, for traces and diagnosis. */
export interface Note {
  readonly seq: number;
  readonly timeNs: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Notes {
  add(timeNs: number, event: string, data: Readonly<Record<string, unknown>>): void;
  /** Notes from sequence number `seq` on; `lost` of them are no longer held. */
  since(seq: number): { readonly entries: readonly Note[]; readonly next: number; readonly lost: number };
  /** The latest notes of resets, newest first. */
  resets(): readonly Note[];
}

const KEPT = 4_096;
const RESETS_KEPT = 16;

export function createNotes(): Notes {
  let notes: Note[] = [];
  let resets: Note[] = [];
  let next = 0;
  return {
    add(timeNs, event, data) {
      const note: Note = { seq: next++, timeNs, event, data };
      notes.push(note);
      // Cut seldom: cutting one by one would copy the whole list for each note.
      if (notes.length > 2 * KEPT) notes = notes.slice(-KEPT);
      if (/reset/i.test(event)) resets = [note, ...resets].slice(0, RESETS_KEPT);
    },
    since(seq) {
      const first = next - notes.length;
      const from = Math.max(seq, first);
      return { entries: notes.slice(from - first), next, lost: Math.max(0, first - seq) };
    },
    resets: () => resets,
  };
}
