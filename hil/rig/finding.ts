import type { HilError } from '../error/hil-error.ts';
import { adviceFor } from '../error/hints.ts';

/** One line of an examination. */
export interface Finding {
  /** What was looked at: `OpenOCD`, `probe`, `chip`, ... */
  readonly what: string;
  /** `attention`: it works, but a person should know. `failed`: suites cannot run like this. */
  readonly verdict: 'ok' | 'attention' | 'failed';
  readonly saw: string;
  /** The one thing to do; absent where all is right. */
  readonly oneThingToDo?: string;
}

export function ok(what: string, saw: string): Finding {
  return { what, verdict: 'ok', saw };
}

export function attention(what: string, saw: string, oneThingToDo: string): Finding {
  return { what, verdict: 'attention', saw, oneThingToDo };
}

export function failed(what: string, saw: string, oneThingToDo: string): Finding {
  return { what, verdict: 'failed', saw, oneThingToDo };
}

/** The hints table knows what to do about an error; `otherwise` is for codes it does not have. */
export function failure(what: string, board: string, error: HilError, otherwise: string): Finding {
  const sentence = error.message.startsWith(`${board}: `) ? error.message.slice(board.length + 2) : error.message;
  return failed(what, sentence, adviceFor(error)[0] ?? otherwise);
}
