import type { Hypothesis, Observation } from './case.ts';
import { matches } from './judge.ts';
import type { CaseRun } from './outcome.ts';
import type { VariantResult } from './run-variant.ts';

/** What a hypothesis makes of one observation. */
export type Standing = 'reproduced' | 'contradicted' | 'not testable';

/** A hypothesis in one of the ways in which it may be true. */
export interface HypothesisRow {
  readonly hypothesis: Hypothesis;
  /** Name of the variant that makes it true; undefined where none does. */
  readonly variant?: string;
  readonly cells: readonly { readonly observation: Observation; readonly standing: Standing; readonly why?: string }[];
}

/**
 * Holds each hypothesis, in each way in which it may be true, against what the report says of each observation: reproduced if the variant
 * shows the same, contradicted if it shows something else, not testable if it was not observed.
 */
export function hypothesisTable({ kase, results }: CaseRun): readonly HypothesisRow[] {
  return kase.hypotheses.flatMap((hypothesis): HypothesisRow[] => {
    const row = (result: VariantResult | undefined): HypothesisRow => ({
      hypothesis,
      cells: kase.observations.map((observation) => cellOf(hypothesis, observation, result)),
      ...(result === undefined ? {} : { variant: result.variant.name }),
    });
    const mine = results.filter(({ variant }) => hypothesis.variants.includes(variant.name));
    return mine.length === 0 || hypothesis.not_testable !== undefined ? [row(undefined)] : mine.map(row);
  });
}

function cellOf(
  hypothesis: Hypothesis,
  observation: Observation,
  result: VariantResult | undefined,
): HypothesisRow['cells'][number] {
  const untested = (why: string) => ({ observation, standing: 'not testable' as const, why });
  const never = hypothesis.not_testable ?? observation.not_testable;
  if (never !== undefined) return untested(never);
  const { reads, reported } = observation;
  if (reads === undefined || reported === undefined) return untested('the report says nothing of it');
  if (result === undefined) return untested('no variant that was run makes it true');
  // What was observed before a step that this board or its permissions do not allow was observed all the same.
  const seen = result.readings[reads];
  if (seen === undefined) return untested(result.why ?? 'not observed: the steps ended before');
  return { observation, standing: matches(reported, seen) ? 'reproduced' : 'contradicted' };
}

/** Rows in which every observation came as reported, but those that nothing in reach can test. One that was not reached counts against. */
export function standing(rows: readonly HypothesisRow[]): readonly HypothesisRow[] {
  return rows.filter(({ cells }) => {
    const testable = cells.filter(({ observation }) => observation.not_testable === undefined);
    return testable.length > 0 && testable.every((cell) => cell.standing === 'reproduced');
  });
}

/** What follows from hypotheses that an observation contradicts in each way in which they may be true. */
export function refutations(rows: readonly HypothesisRow[]): readonly string[] {
  const all = [...new Set(rows.map(({ hypothesis }) => hypothesis))];
  return all.flatMap((hypothesis) => {
    const mine = rows.filter((row) => row.hypothesis === hypothesis);
    const refuted = mine.every(({ cells }) => cells.some((cell) => cell.standing === 'contradicted'));
    return refuted && hypothesis.if_contradicted !== undefined ? [hypothesis.if_contradicted] : [];
  });
}
