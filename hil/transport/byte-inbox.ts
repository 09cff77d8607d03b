import type { HilError } from '../error/hil-error.ts';
import { hexText } from '../trace/plain.ts';
import { untilEvent } from '../trace/wait.ts';
import type { ByteSource } from './serial-line.ts';

/** The receiving end of a line: what the driver pushes in, readers wait for. */
export interface ByteInbox extends ByteSource {
  push(bytes: Uint8Array): void;
  /** Drops everything received so far. */
  clear(): void;
  /** From now on reads that lack bytes reject with this error; bytes already here can still be taken. */
  end(error: HilError): void;
}

export function createByteInbox(): ByteInbox {
  let bytes = new Uint8Array(0);
  let ended: HilError | undefined;
  const listeners = new Set<() => void>();
  const announce = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const take = (max = bytes.length): Uint8Array => {
    const taken = bytes.slice(0, max);
    bytes = bytes.slice(taken.length);
    return taken;
  };
  const onArrival = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get available() {
      return bytes.length;
    },
    take,
    onArrival,
    read(limit, count, awaited, code) {
      return untilEvent<Uint8Array>(
        limit,
        awaited,
        ({ resolve, reject, note }) => {
          const look = (): void => {
            if (bytes.length >= count) resolve(take(count));
            else if (ended !== undefined) reject(ended);
            else if (bytes.length > 0) note(`${hexText(bytes)} (${bytes.length} of ${count} bytes)`);
          };
          const stop = onArrival(look);
          look();
          return stop;
        },
        code === undefined ? {} : { code },
      );
    },
    push(more) {
      const joined = new Uint8Array(bytes.length + more.length);
      joined.set(bytes);
      joined.set(more, bytes.length);
      bytes = joined;
      announce();
    },
    clear() {
      bytes = new Uint8Array(0);
    },
    end(error) {
      ended ??= error;
      announce();
    },
  };
}
