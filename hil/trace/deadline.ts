import { type Blame, type ErrorContext, HilError, isHilError } from '../error/hil-error.ts';

/**
 * By how many milliseconds a board has fallen behind the wall clock since some fixed moment.
 * Real boards do not lag. A virtual board on a busy machine does, and a deadline then stretches by what the lag grew.
 */
export type LagSource = () => number;

const NO_LAG: LagSource = () => 0;

export interface DeadlineScope {
  /** Named in errors, so that the reader of a log with several boards knows which one was slow. */
  readonly board?: string;
  /** Once aborted (the bench was revoked), every wait under this scope rejects at once. */
  readonly signal?: AbortSignal;
  readonly lag?: LagSource;
  /**
   * The part of `lag` that the board will never make up for; `lag` if absent. What a deadline starts from: a board that makes up for the
   * rest and then falls behind anew would otherwise seem not to have lagged at all.
   */
  readonly lagForGood?: LagSource;
  /** Brings `lag` up to date. A wait asks before it takes its deadline for passed: a board that was not run cannot have answered. */
  readonly askLag?: () => Promise<void>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** How long something took inside a deadline, in the order in which it was marked. */
export interface Lap {
  readonly name: string;
  readonly ms: number;
}

/** A budget of time with a name. It starts when it is made, and can tell where its time went. */
export interface Deadline extends DeadlineScope {
  readonly name: string;
  /** The budget in ms, as asked for; `remainingMs` adds the lag. */
  readonly ms: number;
  elapsedMs(): number;
  /** Growth of the board's lag since the start, in ms. */
  lagMs(): number;
  /** Zero when passed, never negative. */
  remainingMs(): number;
  /** Ends the current lap under this name. */
  lap(name: string): void;
  laps(): readonly Lap[];
  /** Throws the reason of a revoked bench. */
  throwIfRevoked(): void;
}

/**
 * Starts a deadline. The name is what a person calls the operation: `page erase`, `answer to 0x7F`.
 * @throws HilError 602 if `ms` is not a positive finite number.
 */
export function deadline(name: string, ms: number, scope: DeadlineScope = {}): Deadline {
  if (!(ms > 0 && Number.isFinite(ms))) {
    throw new HilError(602, `the deadline '${name}' needs a positive number of milliseconds, not ${ms}`, {
      blame: 'test',
    });
  }
  const now = scope.now ?? monotonicMs;
  const lag = scope.lag ?? NO_LAG;
  const startedAt = now();
  const lagAtStart = (scope.lagForGood ?? lag)();
  const laps: Lap[] = [];
  let lapStartedAt = startedAt;
  const elapsedMs = (): number => now() - startedAt;
  const lagMs = (): number => Math.max(0, lag() - lagAtStart);
  return {
    ...scope,
    name,
    ms,
    elapsedMs,
    lagMs,
    remainingMs: () => Math.max(0, ms + lagMs() - elapsedMs()),
    lap(lapName) {
      const at = now();
      laps.push({ name: lapName, ms: at - lapStartedAt });
      lapStartedAt = at;
    },
    laps: () => laps,
    throwIfRevoked() {
      if (scope.signal?.aborted) throw revokedError(scope.signal, scope.board, name);
    },
  };
}

/** A deadline that ends no later than `outer` does, and is revoked with it. */
export function within(outer: Deadline, name: string, ms: number): Deadline {
  return deadline(name, Math.max(1, Math.min(ms, outer.remainingMs())), outer);
}

export function monotonicMs(): number {
  return performance.now();
}

/** What a failed wait knew when its deadline passed. */
export interface MissedWait {
  /** What was awaited, to be read after `no`: `ACK to Extended Erase (0x44)`. */
  readonly awaited: string;
  /** What came instead, to be read after `got`; undefined if nothing did. */
  readonly seen: string | undefined;
  readonly code?: number;
  readonly blame?: Blame;
  readonly context?: ErrorContext;
}

/** The error of a deadline that passed: what was awaited, what came, after how long, on which board, where the time went. */
export function deadlineError(limit: Deadline, missed: MissedWait): HilError {
  const elapsed = Math.round(limit.elapsedMs());
  const lag = Math.round(limit.lagMs());
  const board = limit.board === undefined ? '' : `${limit.board}: `;
  const stretched = lag > 0 ? ` (stretched by ${lag} ms of board lag)` : '';
  const seen = missed.seen === undefined ? 'nothing came' : `got ${missed.seen}`;
  return new HilError(
    missed.code ?? 290,
    `${board}no ${missed.awaited} within ${limit.ms} ms${stretched}; ${seen} in ${elapsed} ms`,
    {
      blame: missed.blame ?? 'unknown',
      context: {
        ...missed.context,
        deadline: limit.name,
        budgetMs: limit.ms,
        elapsedMs: elapsed,
        lagMs: lag,
        laps: limit.laps(),
      },
    },
  );
}

/** The error with which waits end when their bench is revoked. A HilError given as the abort reason is kept as it is. */
export function revokedError(signal: AbortSignal, board: string | undefined, doing: string): HilError {
  const reason: unknown = signal.reason;
  if (isHilError(reason)) return reason;
  const where = board === undefined ? '' : `${board}: `;
  return new HilError(501, `${where}the bench was revoked while waiting for '${doing}'`, {
    blame: 'test',
    cause: reason,
    context: { waitingFor: doing },
  });
}
