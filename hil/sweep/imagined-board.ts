import type { Deviation, Observation, SweepOp, SweepRow } from '../diagnose/sweep-row.ts';
import type { Levels } from './covering-array.ts';
import { createPlan, type NextRun } from './plan.ts';

/** What happens to each operation, as a rule over the factors: the truth that a sweep is to find. For tests. */
export type Rules = Readonly<Partial<Record<SweepOp, (set: Deviation, run: number) => boolean>>>;

/** A row as a board with these rules would give it: what comes after a jump that does not enter is not reached. */
export function imagine(rules: Rules, { set, ops }: Pick<NextRun, 'set' | 'ops'>, run = 0): SweepRow['seen'] {
  const seen: Partial<Record<SweepOp, Observation>> = {};
  let reached = true;
  for (const op of ops) {
    const works = rules[op]?.(set, run) ?? true;
    seen[op] = !reached
      ? { verdict: 'not reached', signature: '' }
      : works
        ? { verdict: 'done', signature: '' }
        : { verdict: 'silent', signature: 'imagined' };
    if (seen[op]?.verdict === 'silent') reached = false;
  }
  return seen;
}

/** The whole sweep of an imagined board. */
export function sweepImagined(
  rules: Rules,
  spec: {
    readonly factors: readonly Levels[];
    readonly ops: readonly SweepOp[];
    readonly seed?: number;
    readonly full?: boolean;
  },
) {
  const plan = createPlan({ seed: 1, full: false, ...spec });
  const rows: SweepRow[] = [];
  for (let next = plan.next(rows); next !== undefined; next = plan.next(rows)) {
    const { set, why, ops } = next;
    rows.push({ n: rows.length + 1, set, why, ops, seen: imagine(rules, next, rows.length), ms: 1 });
  }
  return { rows, analysis: plan.analyse(rows) };
}
