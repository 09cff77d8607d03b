import { type Analysis, analyseSweep } from '../diagnose/sweep-analysis.ts';
import {
  type Deviation,
  deviation,
  type FactorValue,
  keyOf,
  type SweepOp,
  type SweepRow,
  valuesOf,
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
const MAX_PROOFS = 250;
const PROOF = 'proof: ';
/** A round hides something only through what it finds itself, so that few are needed. */
const MAX_ROUNDS = 4;

/**
 * What to run next: the good handover twice, every value alone, every pair of values, and between these whatever the analysis asks to
 * prove what it names.
 *
 * A value that breaks something alone would hide what the others of its row do. So the first round has every pair of the other
 * values, and later rounds let each such value meet every other one, in rows where nothing else is known to break anything.
 *
 * The plan depends on the rows alone: a sweep that was broken off goes on where it was. The rows must only grow from call to call.
 */
export function createPlan(spec: SweepSpec): Plan {
  const values = suspects(spec.factors);
  const singles = values.map((value) => deviation([value]));
  const good: Assignment = Object.fromEntries(spec.factors.map(({ factor, values: [first] }) => [factor, first ?? '']));
  const rounds: (readonly Deviation[])[] = [];
  const analyse = (rows: readonly SweepRow[]): Analysis => analyseSweep(rows, spec.ops, values);
  const stage: Stage = spec.full ? 'every combination' : 'pairs';
  const pairsToCome = expectedCombinations(spec);

  const addRound = (rows: readonly SweepRow[]): boolean => {
    if (rounds.length >= (spec.full ? 1 : MAX_ROUNDS)) return false;
    const assignments = spec.full
      ? [...fullFactorial(spec.factors)]
      : pairRound(spec, rows, analyse(rows), rounds.length);
    const sets = assignments.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([factor, value]) => good[factor] !== value)),
    );
    rounds.push([...new Map(sets.map((set) => [keyOf(set), set])).values()]);
    return sets.length > 0;
  };

  const decide = (rows: readonly SweepRow[]): NextRun | undefined => {
    const tries = triesOf(rows);
    const missing = (set: Deviation, times = 1): boolean => {
      const { results, faults } = tries.get(keyOf(set)) ?? { results: 0, faults: 0 };
      return results < times && faults < 2;
    };
    const toCome = rounds.length === 0 ? pairsToCome : 0;
    const alone = spec.full ? [] : singles.filter((set) => missing(set));
    if (missing({}, 2)) {
      const left = 1 + alone.length + toCome;
      return { set: {}, ops: spec.ops, why: 'the good handover', stage: 'good handover', left };
    }
    if (alone[0] !== undefined) {
      const left = alone.length + toCome;
      return { set: alone[0], ops: spec.ops, why: 'alone', stage: 'one factor at a time', left };
    }
    for (const round of rounds) {
      const open = round.filter((set) => missing(set));
      if (open[0] !== undefined) return { set: open[0], ops: spec.ops, why: stage, stage, left: open.length };
    }
    const { questions } = analyse(rows);
    const asked = rows.filter(({ why }) => why.startsWith(PROOF)).length;
    if (questions[0] !== undefined && asked < MAX_PROOFS) {
      const why = `${PROOF}${questions[0].why}`;
      return { ...questions[0], why, stage: 'proof', left: questions.length + toCome };
    }
    return addRound(rows) ? decide(rows) : undefined;
  };

  let decided = -1;
  return {
    analyse,
    next(rows) {
      // Rows that were there before: the rounds are decided again as they were then.
      for (let before = decided + 1; before < rows.length; before++) decide(rows.slice(0, before));
      decided = rows.length;
      return decide(rows);
    },
  };
}

/** Rows for the pairs of a round; none when every pair has been seen with nothing beside it that would hide what it does. */
function pairRound(
  spec: SweepSpec,
  rows: readonly SweepRow[],
  { findings }: Analysis,
  round: number,
): readonly Assignment[] {
  const known = findings.flatMap(({ turns, sets }) => (turns === 'breaks' ? sets.map(({ set }) => set) : []));
  const has = (set: Deviation, { factor, value }: FactorValue): boolean => set[factor] === value;
  const breaker = (value: FactorValue): boolean =>
    known.some((set) => Object.keys(set).length === 1 && has(set, value));
  const joint = (a: FactorValue, b: FactorValue): boolean =>
    known.some((set) => Object.keys(set).length === 2 && has(set, a) && has(set, b));
  if (round === 0) {
    const free = spec.factors.map(({ factor, values }) => ({
      factor,
      values: values.filter((value) => !breaker({ factor, value })),
    }));
    return coverPairs(free, { seed: spec.seed, forbidden: joint });
  }
  const clean = rows.filter(({ fault }) => fault === undefined).map(({ set }) => valuesOf(set));
  const isClean = (set: readonly FactorValue[]): boolean =>
    set.filter(breaker).length <= 1 && !set.some((a, i) => set.slice(i + 1).some((b) => joint(a, b)));
  const seen = new Set<string>();
  for (const set of clean.filter(isClean)) {
    for (const a of set) for (const b of set) seen.add(keyOf(deviation([a, b])));
  }
  const suspicious = new Set(suspects(spec.factors).map((value) => keyOf(deviation([value]))));
  const suspect = (value: FactorValue): boolean => suspicious.has(keyOf(deviation([value])));
  return coverPairs(spec.factors, {
    seed: spec.seed + round,
    wanted: (a, b) => suspect(a) && suspect(b) && !seen.has(keyOf(deviation([a, b]))),
    forbidden: (a, b) => (breaker(a) && breaker(b)) || joint(a, b),
  });
}

/** How many rows the combinations of a sweep make, as long as nothing is known of the board. */
export function expectedCombinations(spec: SweepSpec): number {
  return spec.full ? fullCount(spec.factors) : coverPairs(spec.factors, { seed: spec.seed }).length;
}

/** All values but the good ones. */
export function suspects(factors: readonly Levels[]): readonly FactorValue[] {
  return factors.flatMap(({ factor, values }) => values.slice(1).map((value) => ({ factor, value })));
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
