import type { Blame, ErrorContext } from '../error/hil-error.ts';
import { type Deadline, deadlineError, revokedError } from './deadline.ts';

/** Pause between two looks at something that cannot announce its own change. Well below any duration these suites tell apart. */
export const POLL_INTERVAL_MS = 5;

export interface WaitOptions {
  /** Code of the error if the deadline passes; default 290. */
  readonly code?: number;
  readonly blame?: Blame;
  readonly context?: ErrorContext;
}

/** Tell the wait what was seen instead; the last thing told goes into the error. */
export type Note = (seen: string) => void;

/**
 * Waits until `probe` returns something other than undefined or false, looking again every `pollMs`.
 * For things that can announce themselves use `untilEvent` or `untilSettled`.
 * @param awaited reads after "no": `READY line from OpenOCD`.
 * @throws HilError (290 or `options.code`) when the deadline passes; the revocation error at once when the signal aborts;
 *   whatever `probe` throws.
 */
export async function until<T>(
  limit: Deadline,
  awaited: string,
  probe: (note: Note) => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions & { readonly pollMs?: number } = {},
): Promise<T> {
  let seen: string | undefined;
  const note: Note = (text) => {
    seen = text;
  };
  for (;;) {
    limit.throwIfRevoked();
    // The probe itself may hang (a socket that never answers), so it stands under the same deadline.
    const found = await race(limit, awaited, Promise.resolve(probe(note)), () => seen, options);
    if (found !== undefined && found !== false) return found;
    if (limit.remainingMs() <= 0) await limit.askLag?.();
    if (limit.remainingMs() <= 0) throw deadlineError(limit, { awaited, seen, ...options });
    await pause(Math.min(options.pollMs ?? POLL_INTERVAL_MS, Math.max(1, limit.remainingMs())), limit.signal);
  }
}

/** What `untilEvent` hands to its subscriber. */
export interface EventWait<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly note: Note;
}

/**
 * Waits for an announced event: `subscribe` hooks up its listeners and returns the function that takes them off again.
 * They are taken off on success, failure, deadline and revocation alike.
 */
export async function untilEvent<T>(
  limit: Deadline,
  awaited: string,
  subscribe: (wait: EventWait<T>) => () => void,
  options: WaitOptions = {},
): Promise<T> {
  limit.throwIfRevoked();
  let seen: string | undefined;
  let unsubscribe: () => void = () => {};
  const event = new Promise<T>((resolve, reject) => {
    unsubscribe = subscribe({
      resolve,
      reject,
      note: (text) => {
        seen = text;
      },
    });
  });
  try {
    return await race(limit, awaited, event, () => seen, options);
  } finally {
    unsubscribe();
  }
}

/** Waits for a promise under a deadline. The promise itself cannot be stopped: whoever made it must be able to abandon it. */
export async function untilSettled<T>(
  limit: Deadline,
  awaited: string,
  promise: Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  limit.throwIfRevoked();
  return race(limit, awaited, promise, () => undefined, options);
}

function race<T>(
  limit: Deadline,
  awaited: string,
  promise: Promise<T>,
  seen: () => string | undefined,
  options: WaitOptions,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let lastLook: NodeJS.Immediate | undefined;
    let ended = false;
    const finish = (end: () => void): void => {
      ended = true;
      clearTimeout(timer);
      clearImmediate(lastLook);
      limit.signal?.removeEventListener('abort', onAbort);
      end();
    };
    const onAbort = (): void => finish(() => reject(revokedError(limit.signal as AbortSignal, limit.board, awaited)));
    const onTimer = (): void => {
      // The lag may have grown since the timer was set: then there is time left, and the timer is set again.
      const left = limit.remainingMs();
      if (left > 0) timer = setTimeout(onTimer, Math.ceil(left));
      else if (limit.askLag === undefined) lookOnce();
      else limit.askLag().then(lookOnce, lookOnce);
    };
    // After a stall of this process its timers come before what has arrived meanwhile: that is looked at first.
    const lookOnce = (): void => {
      if (!ended) lastLook = setImmediate(onLastLook);
    };
    const onLastLook = (): void => {
      if (limit.remainingMs() > 0) onTimer();
      else finish(() => reject(deadlineError(limit, { awaited, seen: seen(), ...options })));
    };
    if (limit.signal?.aborted) return onAbort();
    limit.signal?.addEventListener('abort', onAbort, { once: true });
    timer = setTimeout(onTimer, Math.ceil(limit.remainingMs()));
    promise.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}

/** The pause between two looks. Ends early on abort; the caller's next look at the deadline then throws. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
