import type { Analysis, OpFindings } from '../diagnose/sweep-analysis.ts';
import { isDone } from '../diagnose/sweep-answers.ts';
import { type FactorValue, keyOf, type SweepOp } from '../diagnose/sweep-row.ts';
import type { SweepHeader } from './journal.ts';
import { suspects } from './plan.ts';

/**
 * What one value does to one operation.
 * - `breaks`: alone it makes the operation fail. `breaks-unless`: it does, but something else takes the effect away.
 * - `joint`: it makes it fail together with another value, not alone.
 * - `cures`: the operation fails with a good handover, and with this value it works; `cures-joint`: together with another.
 * - `relieves`: it takes the effect of another value away.
 * - `otherwise`: the operation fails with a good handover and with this value, in two ways.
 * - `none`: seen, with no effect. `hidden`: the operation was never reached with it. `flaky`: now so, now so.
 */
export type Cell =
  | 'breaks'
  | 'breaks-unless'
  | 'joint'
  | 'cures'
  | 'cures-joint'
  | 'relieves'
  | 'otherwise'
  | 'none'
  | 'hidden'
  | 'flaky';

export interface MatrixLine {
  readonly value: FactorValue;
  /** First line of its factor. */
  readonly first: boolean;
  readonly cells: Readonly<Partial<Record<SweepOp, Cell>>>;
}

export interface Matrix {
  readonly ops: readonly SweepOp[];
  /** The good handover: whether the operation is done, undefined if it was not reached. */
  readonly good: Readonly<Partial<Record<SweepOp, boolean>>>;
  readonly lines: readonly MatrixLine[];
}

/** Values × operations: one line per value that differs from the good one. */
export function matrixOf(header: Pick<SweepHeader, 'factors' | 'ops'>, { findings }: Analysis): Matrix {
  const good: Partial<Record<SweepOp, boolean>> = {};
  for (const { op, base } of findings) {
    if (base !== undefined && base.verdict !== 'not reached') good[op] = isDone(base.verdict);
  }
  let factor = '';
  const lines = suspects(header.factors).map((value) => {
    const first = value.factor !== factor;
    factor = value.factor;
    return { value, first, cells: Object.fromEntries(findings.map((one) => [one.op, cellOf(one, value)])) };
  });
  return { ops: header.ops, good, lines };
}

function cellOf(findings: OpFindings, { factor, value }: FactorValue): Cell {
  const holds = (set: Readonly<Record<string, string>>): boolean => set[factor] === value;
  const alone = findings.sets.find(({ set }) => keyOf(set) === `${factor}=${value}`);
  const breaks = findings.turns === 'breaks';
  if (findings.flaky.some((set) => keyOf(set) === `${factor}=${value}`)) return 'flaky';
  if (alone !== undefined) return breaks ? (alone.unless.length > 0 ? 'breaks-unless' : 'breaks') : 'cures';
  if (findings.sets.some(({ set }) => holds(set))) return breaks ? 'joint' : 'cures-joint';
  if (findings.sets.some(({ unless }) => unless.some(holds))) return 'relieves';
  if (findings.otherwise.some((one) => one.value.factor === factor && one.value.value === value)) return 'otherwise';
  return findings.hidden.some((one) => one.factor === factor && one.value === value) ? 'hidden' : 'none';
}

/** The cell in one character, and in words for the key below the matrix. */
export const cellSigns: Readonly<Record<Cell, { readonly sign: string; readonly words: string }>> = {
  breaks: { sign: '✗', words: 'breaks it alone' },
  'breaks-unless': { sign: '✘', words: 'breaks it alone, unless another value takes that away' },
  joint: { sign: '◐', words: 'breaks it only together with another value' },
  cures: { sign: '✓', words: 'makes it work where a good handover fails' },
  'cures-joint': { sign: '◑', words: 'makes it work together with another value' },
  relieves: { sign: '+', words: 'takes the effect of another value away' },
  otherwise: { sign: '≠', words: 'fails with it too, in another way' },
  none: { sign: '·', words: 'no effect seen' },
  hidden: { sign: '?', words: 'cannot be seen: not reached with it' },
  flaky: { sign: '~', words: 'now this way, now that' },
};
