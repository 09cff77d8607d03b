import { type Answers, answersFor, isDone, type Question } from './sweep-answers.ts';
import { minimise } from './sweep-minimise.ts';
import {
  type Deviation,
  deviation,
  type FactorValue,
  includes,
  keyOf,
  type Observation,
  type SweepOp,
  type SweepRow,
  valuesOf,
  without,
} from './sweep-row.ts';

/**
 * The smallest factors found that turn an operation: together they turn it, and with any one of them put back to its good value the
 * operation ends as with a good handover. Both were seen in runs of their own.
 */
export interface TurningSet {
  readonly set: Deviation;
  /** What was seen with these factors alone. */
  readonly seen: Observation;
  /** Runs with exactly these factors. */
  readonly times: number;
  /** Rows, of all, in which the set was at work. */
  readonly rows: readonly number[];
  /** Factors each of which (or all of one entry together) take the effect away again, as runs showed. */
  readonly unless: readonly Deviation[];
}

/** What the sweep says of one operation. */
export interface OpFindings {
  readonly op: SweepOp;
  /** The operation after a good handover; undefined if it was not reached, or came out now this way and now that. */
  readonly base: Observation | undefined;
  /** `breaks`: the good handover works, and the sets break it. `cures`: it fails, and the sets make it work. */
  readonly turns: 'breaks' | 'cures';
  readonly sets: readonly TurningSet[];
  /** Rows that turned out otherwise than the sets say, with no smaller set found. */
  readonly unexplained: readonly number[];
  /** Sets with which the same run came out both ways. */
  readonly flaky: readonly Deviation[];
  /** Single values with which it fails as without them, but ends differently. */
  readonly otherwise: readonly { readonly value: FactorValue; readonly seen: Observation }[];
  /** Values with which the operation was never seen, because the jump did not get so far. */
  readonly hidden: readonly FactorValue[];
  readonly counts: { readonly done: number; readonly failed: number; readonly notReached: number };
}

export interface Analysis {
  readonly findings: readonly OpFindings[];
  /** Runs that would settle what is open, the most useful first; empty when nothing is open. */
  readonly questions: readonly Question[];
}

/** More candidates than these are not tried one by one: halving finds the set sooner. */
const MAX_CANDIDATES = 4;
/** A result counts when it was seen so often. */
const ENOUGH = 2;
/** So many runs may be spent on one row; halving a row of twenty values for two of them takes a dozen. */
const ASKS_WHICH = 16;
const ASKS_AWAY = 8;
const FAULT_COSTS = 4;
const WHICH = 'which of ';
const WHAT = 'what in ';
/** After so many rows without an explanation no more is looked for: something is at work that is not among the factors, as time is. */
const GIVE_UP = 3;

/**
 * Finds the smallest sets of factor values that turn each operation.
 *
 * Candidates are the values that were together in a row that turned and in no row that did not; runs decide between them. So every set
 * named is one that was run alone, twice, and whose parts were run too. Rows that contradict a set are repeated, and then explained
 * by what takes its effect away.
 * @param values All values besides the good ones that take part.
 */
export function analyseSweep(
  rows: readonly SweepRow[],
  ops: readonly SweepOp[],
  values: readonly FactorValue[],
): Analysis {
  const results = ops.map((op) => analyseOp(answersFor(rows, op, ops), values));
  return {
    findings: results.map(({ findings }) => findings),
    questions: results.flatMap(({ questions }) => questions),
  };
}

interface OpResult {
  readonly findings: OpFindings;
  readonly questions: readonly Question[];
}

interface Found {
  readonly set: Deviation;
  readonly unless: Deviation[];
  /** Rows that it should have turned, with no reason found why it did not. */
  contradictions: number;
}

function analyseOp(answers: Answers, values: readonly FactorValue[]): OpResult {
  const found: Found[] = [];
  const unexplained: number[] = [];
  const questions: Question[] = [];
  const sets = distinctSets(answers.rows);
  const active = (row: Deviation): Found[] =>
    found.filter(({ set, unless }) => includes(row, set) && !unless.some((cure) => includes(row, cure)));

  if (answers.base !== undefined) {
    // Smaller sets first: what they explain needs no run of its own. The second pass sees what the cures of the first leave open.
    for (let pass = 0; pass < 2 && questions.length === 0; pass++) {
      explainTurned(answers, sets, active, found, questions, unexplained, pass);
      if (questions.length === 0) explainSame(answers, sets, active, found, questions, unexplained);
    }
    // What entered and was then cut off by another operation has not been seen yet.
    for (const value of values) {
      const single = deviation([value]);
      const question = answers.ask(single, `'${answers.op}' without the operations before it`);
      if (question?.ops.length === 2 && answers.times(single) === 0) questions.push(question);
    }
    for (const { set } of found) if (answers.times(set) < ENOUGH) push(questions, answers.ask(set, again(set)));
  }
  return { findings: toFindings(answers, found, unexplained, active, values, sets), questions };
}

/** Every row that turned must contain a set that turns; where it does not, the smallest such part of it is looked for. */
function explainTurned(
  answers: Answers,
  sets: readonly Deviation[],
  active: (row: Deviation) => readonly Found[],
  found: Found[],
  questions: Question[],
  unexplained: number[],
  pass: number,
): void {
  let givenUp = 0;
  for (const set of sets) {
    if (answers.of(set) !== 'turned' || active(set).length > 0) continue;
    if (pass === 0 && found.some((one) => includes(set, one.set))) continue;
    if (valuesOf(set).length > 1 && answers.times(set) < ENOUGH && push(questions, answers.ask(set, again(set))))
      return;
    // What is known to turn it, but is cured here, stays in: something else must be at work beside it.
    const cured = Object.assign(
      {},
      ...found
        .filter((one) => includes(set, one.set))
        .map((one) => ({ ...one.set, ...one.unless.find((cure) => includes(set, cure)) })),
    ) as Deviation;
    const result = smallest(answers, set, 'turned', cured);
    if ('ask' in result) {
      const why = `${WHICH}${keyOf(set)} turns '${answers.op}'`;
      if (givenUp < GIVE_UP && asks(answers, why) < ASKS_WHICH && push(questions, answers.ask(result.ask, why))) return;
      givenUp += 1;
      unexplained.push(...rowsOf(answers, set));
      continue;
    }
    found.push({ set: { ...cured, ...result.minimal }, unless: [], contradictions: 0 });
  }
}

/** No row that came out as the good handover may contain a set that turns, unless something in it takes the effect away. */
function explainSame(
  answers: Answers,
  sets: readonly Deviation[],
  active: (row: Deviation) => readonly Found[],
  found: readonly Found[],
  questions: Question[],
  unexplained: number[],
): void {
  for (const set of sets) {
    if (answers.of(set) !== 'same') continue;
    const [contradicted] = active(set);
    if (contradicted === undefined) continue;
    if (isUnsure(answers, set) && push(questions, answers.ask(set, again(set)))) return;
    // What takes one effect away, a reset say, often takes others away too.
    const hints = found.flatMap(({ unless }) => unless.filter((cure) => includes(set, cure)));
    const result = smallest(answers, set, 'same', contradicted.set, hints);
    if ('ask' in result) {
      const why = `${WHAT}${keyOf(set)} takes the effect of ${keyOf(contradicted.set)} on '${answers.op}' away`;
      const open = contradicted.contradictions < GIVE_UP && asks(answers, why) < ASKS_AWAY;
      if (open && push(questions, answers.ask(result.ask, why))) return;
      contradicted.contradictions += 1;
      unexplained.push(...rowsOf(answers, set));
      continue;
    }
    contradicted.unless.push(result.minimal);
  }
}

/** The smallest part of `whole`, beside `always`, with which the answer is `wanted`. */
function smallest(
  answers: Answers,
  whole: Deviation,
  wanted: 'turned' | 'same',
  always: Deviation,
  hints: readonly Deviation[] = [],
): { readonly minimal: Deviation } | { readonly ask: Deviation } {
  const rest = valuesOf(without(whole, always));
  if (rest.length <= 1) return { minimal: deviation(rest) };
  const hinted = hints.map((hint) => ({ ...always, ...hint }));
  const known = hinted.find(
    (set) => Object.keys(set).length === Object.keys(always).length + 1 && answers.of(set) === wanted,
  );
  if (known !== undefined) return { minimal: without(known, always) };
  const promising = hinted.find((set) => answers.of(set) === undefined && !ruledOut(answers, set, wanted));
  if (promising !== undefined) return { ask: promising };
  const sizes = Object.keys(always).length === 0 ? [1, 2] : [1];
  for (const size of sizes) {
    const candidates = subsets(rest, size).map((values) => ({ ...always, ...deviation(values) }));
    const open = candidates.filter((set) => answers.of(set) === undefined && !ruledOut(answers, set, wanted));
    const hit = candidates.find((set) => answers.of(set) === wanted);
    if (hit !== undefined && size === 1) return { minimal: without(hit, always) };
    if (hit !== undefined) {
      const singles = valuesOf(hit).map((value) => deviation([value]));
      const unknown = singles.find((single) => answers.of(single) === undefined);
      if (unknown !== undefined) return { ask: unknown };
      if (singles.every((single) => answers.of(single) !== wanted)) return { minimal: without(hit, always) };
    }
    if (open.length > 0 && open.length <= MAX_CANDIDATES) return { ask: open[0] as Deviation };
  }
  return minimise(whole, (set) => held(answers, set, wanted), always);
}

function held(answers: Answers, set: Deviation, wanted: 'turned' | 'same'): boolean | undefined {
  const answer = answers.of(set);
  return answer === undefined ? undefined : answer === wanted;
}

/** True if a row that contains all of `set` came out the other way. */
function ruledOut(answers: Answers, set: Deviation, wanted: 'turned' | 'same'): boolean {
  const other = wanted === 'turned' ? 'same' : 'turned';
  return answers.rows.some((row) => includes(row.set, set) && answers.of(row.set) === other);
}

function toFindings(
  answers: Answers,
  found: readonly Found[],
  unexplained: readonly number[],
  active: (row: Deviation) => readonly Found[],
  values: readonly FactorValue[],
  sets: readonly Deviation[],
): OpFindings {
  const counts = { done: 0, failed: 0, notReached: 0 };
  for (const row of answers.rows) {
    const verdict = row.fault === undefined ? row.seen[answers.op]?.verdict : undefined;
    if (verdict === undefined) continue;
    if (verdict === 'not reached') counts.notReached += 1;
    else if (isDone(verdict)) counts.done += 1;
    else counts.failed += 1;
  }
  const told = (value: FactorValue): boolean =>
    answers.rows.some((row) => row.set[value.factor] === value.value && answers.times(row.set) > 0);
  return {
    op: answers.op,
    base: answers.base,
    turns: answers.base === undefined || isDone(answers.base.verdict) ? 'breaks' : 'cures',
    sets: found.map(({ set, unless }) => ({
      set,
      seen: answers.first(set) as Observation,
      times: answers.times(set),
      rows: answers.rows
        .filter((row) => answers.of(row.set) === 'turned' && active(row.set).some((one) => one.set === set))
        .map(({ n }) => n),
      unless,
    })),
    unexplained: [...new Set(unexplained)],
    flaky: sets.filter((set) => answers.of(set) === 'flaky'),
    otherwise: values.flatMap((value) => {
      const seen = answers.first(deviation([value]));
      const same = answers.of(deviation([value])) === 'same';
      return same && seen !== undefined && seen.verdict !== answers.base?.verdict ? [{ value, seen }] : [];
    }),
    hidden: values.filter((value) => !told(value)),
    counts,
  };
}

/** Smaller ones first, then in the order of the runs. */
function distinctSets(rows: readonly SweepRow[]): readonly Deviation[] {
  const byKey = new Map(rows.map(({ set }) => [keyOf(set), set]));
  return [...byKey.values()].sort((a, b) => Object.keys(a).length - Object.keys(b).length);
}

function rowsOf(answers: Answers, set: Deviation): readonly number[] {
  return answers.rows.filter((row) => keyOf(row.set) === keyOf(set)).map(({ n }) => n);
}

function subsets(values: readonly FactorValue[], size: number): readonly (readonly FactorValue[])[] {
  if (size === 1) return values.map((value) => [value]);
  return values.flatMap((first, i) => values.slice(i + 1).map((second) => [first, second]));
}

/** Seen once, in a row that no search asked for: it may have been chance, which a search would be wasted on. */
function isUnsure(answers: Answers, set: Deviation): boolean {
  const searched = (why: string): boolean => why.includes(WHICH) || why.includes(WHAT);
  return answers.times(set) < ENOUGH && !answers.rows.some((row) => keyOf(row.set) === keyOf(set) && searched(row.why));
}

/** What was spent on a question already, in runs. One in which the rig fails takes as long as many. */
function asks(answers: Answers, why: string): number {
  return answers.rows
    .filter((row) => row.why.endsWith(why))
    .reduce((sum, { fault }) => sum + (fault === undefined ? 1 : FAULT_COSTS), 0);
}

function push(questions: Question[], question: Question | undefined): boolean {
  if (question !== undefined) questions.push(question);
  return question !== undefined;
}

function again(set: Deviation): string {
  return `${keyOf(set) === '' ? 'the good handover' : keyOf(set)} again: does it repeat`;
}
