import { type Analysis, analyseSweep } from '../diagnose/sweep-analysis.ts';
import { isDone } from '../diagnose/sweep-answers.ts';
import {
  type Deviation,
  deviation,
  type FactorValue,
  keyOf,
  type SweepOp,
  type SweepRow,
} from '../diagnose/sweep-row.ts';
import { type Assignment, coverPairs, fullCount, fullFactorial, type Levels } from './covering-array.ts';

export interface SweepSpec {
  readonly factors: readonly Levels[];
  /** `enter` is among them. */
  readonly ops: readonly SweepOp[];
  readonly seed: number;
  /** Every combination instead of every pair. */
  readonly full: boolean;
}

export type Stage = 'good handover' | 'one factor at a time' | 'pairs' | 'every combination' | 'proof';

export interface NextRun {
  readonly set: Deviation;
  readonly ops: readonly SweepOp[];
  readonly why: string;
  readonly stage: Stage;
  /** Runs that are still to come with this one, as far as it can be told: how many proofs need is not known before. */
  readonly left: number;
}

export interface Plan {
  /** Undefined when nothing is left to run. */
  next(rows: readonly SweepRow[]): NextRun | undefined;
  analyse(rows: readonly SweepRow[]): Analysis;
}

/** Proofs end at some time on a board that is all chance. */
const MAX_PROOFS = 200;

/**
 * What to run next: the good handover twice, every value alone, every pair of values, then whatever the analysis asks to prove what it
 * names. Depends on the rows alone, so that a sweep that was broken off goes on where it was.
 *
 * A value that alone keeps the ROM from being entered would hide what the others of its row do. So it does not meet another such value
 * in a row, and the pairs of all other values are covered in rows without any of them.
 */
export function createPlan(spec: SweepSpec): Plan {
  const values = suspects(spec.factors);
  const good: Assignment = Object.fromEntries(spec.factors.map(({ factor, values: [first] }) => [factor, first ?? '']));
  const deviationOf = (row: Assignment): Deviation =>
    Object.fromEntries(Object.entries(row).filter(([factor, value]) => good[factor] !== value));
  let combinations: readonly Deviation[] | undefined;

  const combine = (rows: readonly SweepRow[]): readonly Deviation[] => {
    if (combinations !== undefined) return combinations;
    if (spec.full) {
      combinations = [...fullFactorial(spec.factors)].map(deviationOf);
      return combinations;
    }
    const stops = entryStops(rows, values);
    const isStop = ({ factor, value }: FactorValue): boolean => stops.has(`${factor}=${value}`);
    const free = spec.factors.map(({ factor, values: all }) => ({
      factor,
      values: all.filter((value) => !isStop({ factor, value })),
    }));
    const open = coverPairs(free, { seed: spec.seed });
    const barred = coverPairs(spec.factors, {
      seed: spec.seed + 1,
      wanted: (a, b) => isStop(a) !== isStop(b) && good[a.factor] !== a.value && good[b.factor] !== b.value,
      forbidden: (a, b) => isStop(a) && isStop(b),
    });
    const distinct = new Map([...open, ...barred].map(deviationOf).map((set) => [keyOf(set), set]));
    combinations = [...distinct.values()];
    return combinations;
  };

  const analyse = (rows: readonly SweepRow[]): Analysis => analyseSweep(rows, spec.ops, values);

  return {
    analyse,
    next(rows) {
      const tries = triesOf(rows);
      const missing = (set: Deviation, times = 1): boolean => {
        const { results, faults } = tries.get(keyOf(set)) ?? { results: 0, faults: 0 };
        return results < times && faults < 2;
      };
      const singles = values.map((value) => deviation([value]));
      const ahead = spec.full ? 0 : singles.filter((set) => missing(set)).length;
      const guess = combinations?.length ?? expectedCombinations(spec);
      if (missing({}, 2)) {
        return { set: {}, ops: spec.ops, why: 'the good handover', stage: 'good handover', left: 1 + ahead + guess };
      }
      if (!spec.full) {
        const single = singles.find((set) => missing(set));
        if (single !== undefined) {
          return { set: single, ops: spec.ops, why: 'alone', stage: 'one factor at a time', left: ahead + guess };
        }
      }
      const open = combine(rows).filter((set) => missing(set));
      if (open[0] !== undefined) {
        const stage = spec.full ? 'every combination' : 'pairs';
        return { set: open[0], ops: spec.ops, why: stage, stage, left: open.length };
      }
      const asked = rows.filter(({ why }) => why.startsWith(PROOF)).length;
      const { questions } = analyse(rows);
      const [question] = questions;
      if (question === undefined || asked >= MAX_PROOFS) return undefined;
      return { ...question, why: `${PROOF}${question.why}`, stage: 'proof', left: questions.length };
    },
  };
}

const PROOF = 'proof: ';

/** How many rows the combinations of a sweep make, as long as nothing is known of the board. */
export function expectedCombinations(spec: SweepSpec): number {
  return spec.full ? fullCount(spec.factors) : coverPairs(spec.factors, { seed: spec.seed }).length;
}

/** All values but the good ones. */
export function suspects(factors: readonly Levels[]): readonly FactorValue[] {
  return factors.flatMap(({ factor, values }) => values.slice(1).map((value) => ({ factor, value })));
}

/** Values that alone keep the ROM from being entered; none where the good handover does not enter it either. */
function entryStops(rows: readonly SweepRow[], values: readonly FactorValue[]): ReadonlySet<string> {
  const entered = (set: Deviation): boolean | undefined => {
    const row = rows.find((one) => keyOf(one.set) === keyOf(set) && one.fault === undefined);
    return row?.seen.enter === undefined ? undefined : isDone(row.seen.enter.verdict);
  };
  if (entered({}) !== true) return new Set();
  return new Set(
    values.filter((value) => entered(deviation([value])) === false).map(({ factor, value }) => `${factor}=${value}`),
  );
}

function triesOf(rows: readonly SweepRow[]): ReadonlyMap<string, { results: number; faults: number }> {
  const tries = new Map<string, { results: number; faults: number }>();
  for (const row of rows) {
    const key = keyOf(row.set);
    const count = tries.get(key) ?? { results: 0, faults: 0 };
    if (row.fault === undefined) count.results += 1;
    else count.faults += 1;
    tries.set(key, count);
  }
  return tries;
}
