import type { BoardScope } from '../board/bench-types.ts';
import { isHilError } from '../error/hil-error.ts';
import { deadline } from '../trace/deadline.ts';
import { until } from '../trace/wait.ts';
import type { SerialLine } from '../transport/serial-line.ts';
import { indexOfBytes } from './line-text.ts';

/** How long a write and its way out may take at 1200 baud with a screenful of text. */
const SEND_MS = 20_000;

/** Code of a wait whose deadline passed. */
const MISSED = 290;

/** What comes from an application on its line, kept with the time. */
export interface Ear {
  /** Bytes so far: a mark for `since`. */
  readonly length: number;
  /** What came after a mark. */
  since(mark: number): Uint8Array;
  /** When the first and the last byte after a mark came, in ms of `performance.now()`; undefined if none did. */
  timesSince(mark: number): { readonly first: number; readonly last: number } | undefined;
  /** Sends, and waits until the last byte has left. */
  send(bytes: Uint8Array): Promise<void>;
  /** True as soon as `wanted` came after the mark, false when it has not within `ms`. */
  hears(wanted: Uint8Array, mark: number, ms: number): Promise<boolean>;
  stop(): void;
}

/** Listens to a line. Who else reads from the line's source loses bytes to this. */
export function openEar(line: SerialLine, scope: BoardScope): Ear {
  const parts: { readonly from: number; readonly at: number; readonly bytes: Uint8Array }[] = [];
  let length = 0;
  const take = (): void => {
    const bytes = line.source.take();
    if (bytes.length === 0) return;
    parts.push({ from: length, at: performance.now(), bytes });
    length += bytes.length;
  };
  const stop = line.source.onArrival(take);
  take();
  const since = (mark: number): Uint8Array =>
    Uint8Array.from(
      parts
        .filter(({ from, bytes }) => from + bytes.length > mark)
        .flatMap(({ from, bytes }) => [...bytes.subarray(Math.max(0, mark - from))]),
    );
  return {
    get length() {
      return length;
    },
    since,
    timesSince(mark) {
      const after = parts.filter(({ from, bytes }) => from + bytes.length > mark);
      const [first] = after;
      const last = after.at(-1);
      return first === undefined || last === undefined ? undefined : { first: first.at, last: last.at };
    },
    async send(bytes) {
      const limit = deadline('sending to the application', SEND_MS, scope);
      await line.sink.write(bytes, limit);
      await line.sink.drain(limit);
    },
    async hears(wanted, mark, ms) {
      const limit = deadline('words of the application', ms, scope);
      const heard = (): boolean => indexOfBytes(since(mark), wanted) >= 0;
      try {
        return await until(limit, 'words of the application', heard);
      } catch (error) {
        if (isHilError(error) && error.code === MISSED) return heard();
        throw error;
      }
    },
    stop,
  };
}
