import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, CoreSight } from '../board/bench-types.ts';
import { deadline } from '../trace/deadline.ts';
import type { Ear } from './serial-ear.ts';
import type { SignOfLife } from './sign-of-life.ts';

/** What a look at a living application needs of a bench. */
export type LookingBench = Pick<Bench, 'look' | 'probe' | 'scope' | 'chip' | 'board'>;

/** What came on the line in a window. */
export interface Heard {
  readonly bytes: Uint8Array;
  /** True if bytes still came in the window's second half: not only words at the start. */
  readonly goesOn: boolean;
}

/** How an application lives, seen from outside for a while. */
export interface Life {
  readonly windowMs: number;
  /** In order. The core is halted for some milliseconds at each. */
  readonly looks: readonly CoreSight[];
  readonly heard: Heard;
  /** Whether the sign of life was seen; undefined if none was asked for. */
  readonly sign?: boolean;
}

export interface Observation {
  readonly windowMs: number;
  /** Number of looks, spread over the window. */
  readonly looks: number;
  readonly sign?: SignOfLife | undefined;
  /** Bytes heard before the window that belong to it: those since the start. */
  readonly mark: number;
  /** Ends the window early, e.g. when the core has left for the ROM. */
  readonly until?: (look: CoreSight) => boolean;
}

/**
 * Observes a released application for a window: it must *not* be asked, so that an application that only computes is seen as it is.
 * A sign of life that is a question is asked once, at the end.
 */
export async function observeLife(bench: LookingBench, ear: Ear, what: Observation): Promise<Life> {
  const { scope } = bench;
  const window = deadline('observation window', what.windowMs, scope);
  const startedAt = performance.now();
  const looks: CoreSight[] = [];
  const first = what.sign?.kind === 'changes' ? await wordAt(bench, what.sign.address) : undefined;
  for (let i = 1; i <= what.looks; i++) {
    const due = (what.windowMs * (what.looks - i)) / what.looks;
    // A virtual board that fell behind has lived less than the wall says.
    for (let left = Infinity; left > 0; left = window.remainingMs() - due) {
      await delay(Math.max(0, window.remainingMs() - due), undefined, { signal: scope.signal });
      await scope.askLag();
    }
    const look = await bench.look();
    looks.push(look);
    if (what.until?.(look) === true) break;
  }
  const bytes = ear.since(what.mark);
  const times = ear.timesSince(what.mark);
  const half = startedAt + (performance.now() - startedAt) / 2;
  const sign = what.sign === undefined ? undefined : await seen(bench, ear, what.sign, what.mark, first);
  return {
    windowMs: Math.round(window.elapsedMs()),
    looks,
    heard: { bytes, goesOn: times !== undefined && times.last > half },
    ...(sign === undefined ? {} : { sign }),
  };
}

/** An answer takes its way over the line and the application its time to think. */
const ANSWER_MS = 1_500;
/** A text that comes by itself may just have begun when the window ended. */
const REST_OF_TEXT_MS = 200;

async function seen(
  bench: LookingBench,
  ear: Ear,
  sign: SignOfLife,
  mark: number,
  first: number | undefined,
): Promise<boolean> {
  switch (sign.kind) {
    case 'prints':
      return ear.hears(sign.text, mark, REST_OF_TEXT_MS);
    case 'answers': {
      const now = ear.length;
      await ear.send(sign.question);
      return ear.hears(sign.answer, now, ANSWER_MS);
    }
    case 'changes':
      return (await wordAt(bench, sign.address)) !== first;
  }
}

/** Read while the core runs. */
async function wordAt({ probe }: LookingBench, address: number): Promise<number> {
  await probe.reacquire();
  const [word] = await probe.readMemory(address, 32, 1);
  await probe.release();
  return word as number;
}
