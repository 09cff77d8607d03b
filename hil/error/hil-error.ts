/** Who is to blame for an error or a failed test (design: a lab must be able to tell its rig from its firmware). */
export type Blame = 'firmware' | 'rig' | 'test' | 'unknown';

/** Plain data that describes the situation: addresses as numbers, bytes as number arrays or hex strings. */
export type ErrorContext = Readonly<Record<string, unknown>>;

export interface HilErrorOptions {
  readonly blame?: Blame;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/**
 * The one error class of the project.
 *
 * `code` ranges: 1xx identity, 2xx transport, 3xx protocol, 4xx board, 5xx lease, 6xx configuration.
 * The first line of `message` is one sentence: what was awaited, what came, after how long, on which board.
 * The code is repeated at its end, so that it survives a log that drops properties.
 */
export class HilError extends Error {
  readonly code: number;
  readonly blame: Blame;
  readonly context: ErrorContext;

  constructor(code: number, sentence: string, options: HilErrorOptions = {}) {
    super(`${sentence}  [HIL-${code}]`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HilError';
    this.code = code;
    this.blame = options.blame ?? 'unknown';
    this.context = options.context ?? {};
  }
}

export function isHilError(error: unknown): error is HilError {
  // By shape too: Jest gives each test file its own realm with its own Error, so that `instanceof` would miss errors from outside of it.
  if (error instanceof HilError) return true;
  if (typeof error !== 'object' || error === null) return false;
  return 'name' in error && error.name === 'HilError' && 'code' in error && typeof error.code === 'number';
}

export function isRigFault(error: unknown): boolean {
  return isHilError(error) && error.blame === 'rig';
}
