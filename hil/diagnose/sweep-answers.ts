import {
  type Deviation,
  keyOf,
  type Observation,
  type SweepOp,
  type SweepRow,
  type SweepVerdict,
} from './sweep-row.ts';

/** A run that is still wanted, and what it is to tell. */
export interface Question {
  readonly set: Deviation;
  readonly ops: readonly SweepOp[];
  readonly why: string;
}

/**
 * What the runs say of one operation under one set of factors, compared with the good handover:
 * - `same`: ends as with all factors good. `turned`: done where that fails, or fails where that is done.
 * - `flaky`: both were seen. `unresolved`: it was run and says nothing (an earlier operation ended it, or the rig failed).
 * - undefined: not run.
 */
export type Answer = 'same' | 'turned' | 'flaky' | 'unresolved' | undefined;

/** The runs of a sweep seen from one operation. */
export interface Answers {
  readonly op: SweepOp;
  readonly base: Observation | undefined;
  readonly rows: readonly SweepRow[];
  of(set: Deviation): Answer;
  /** How often this set gave an answer. */
  times(set: Deviation): number;
  /** The first thing seen with this set. */
  first(set: Deviation): Observation | undefined;
  /** The run that would tell; undefined if none would. */
  ask(set: Deviation, why: string): Question | undefined;
}

/** A set with which the rig failed so often is left alone. */
const FAULTS = 2;
/** No set is run more often than this for one operation. */
const ENOUGH_RUNS = 3;

export function answersFor(rows: readonly SweepRow[], op: SweepOp, allOps: readonly SweepOp[]): Answers {
  const byKey = new Map<string, SweepRow[]>();
  for (const row of rows) {
    if (!row.ops.includes(op)) continue;
    const key = keyOf(row.set);
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  const seen = (set: Deviation): readonly Observation[] =>
    (byKey.get(keyOf(set)) ?? []).flatMap((row) => {
      const observation = row.seen[op];
      return observation === undefined || observation.verdict === 'not reached' || row.fault !== undefined
        ? []
        : [observation];
    });
  const baseSeen = seen({});
  const baseDone = baseSeen.map(({ verdict }) => isDone(verdict));
  // Where the good handover itself is sometimes this and sometimes that, nothing can be compared with it.
  const base = new Set(baseDone).size === 1 ? baseSeen[0] : undefined;
  const runsOf = (set: Deviation): readonly SweepRow[] => byKey.get(keyOf(set)) ?? [];
  /** Which operations a run would need to tell more about the set; undefined if no run would. */
  const wanting = (set: Deviation): readonly SweepOp[] | undefined => {
    const runs = runsOf(set);
    if (runs.length === 0) return allOps;
    if (runs.filter((row) => row.fault !== undefined).length >= FAULTS) return undefined;
    const told = seen(set).length;
    if (told >= ENOUGH_RUNS) return undefined;
    if (told > 0) return runs.find((row) => row.seen[op] !== undefined && row.seen[op].verdict !== 'not reached')?.ops;
    if (runs.every((row) => row.fault !== undefined)) return allOps;
    // It entered, and an operation before this one ended the conversation: this one alone would tell.
    const entered = runs.some((row) => row.seen.enter?.verdict === 'done');
    const alone = runs.some((row) => row.ops.every((other) => other === 'enter' || other === op));
    return entered && !alone ? ['enter', op] : undefined;
  };
  const of = (set: Deviation): Answer => {
    const found = seen(set);
    if (found.length === 0) return wanting(set) === undefined ? 'unresolved' : undefined;
    if (base === undefined) return 'unresolved';
    const turned = found.map(({ verdict }) => isDone(verdict) !== isDone(base.verdict));
    return new Set(turned).size > 1 ? 'flaky' : turned[0] === true ? 'turned' : 'same';
  };
  return {
    op,
    base,
    rows,
    of,
    times: (set) => seen(set).length,
    first: (set) => seen(set)[0],
    ask(set, why) {
      const wanted = wanting(set);
      return wanted === undefined ? undefined : { set, ops: wanted, why };
    },
  };
}

export function isDone(verdict: SweepVerdict): boolean {
  return verdict === 'done';
}
