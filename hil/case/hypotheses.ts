import type { Hypothesis, Observation } from './case.ts';
import { matches } from './judge.ts';
import type { CaseRun } from './outcome.ts';

/** What a hypothesis makes of one observation. */
export type Standing = 'reproduced' | 'contradicted' | 'not testable';

export interface HypothesisRow {
  readonly hypothesis: Hypothesis;
  readonly cells: readonly { readonly observation: Observation; readonly standing: Standing; readonly why?: string }[];
}

/**
 * Holds each hypothesis against what the report says of each observation: reproduced if every variant in which it is true shows the
 * same, contradicted if one shows something else, not testable if it was not observed.
 */
export function hypothesisTable({ kase, results }: CaseRun): readonly HypothesisRow[] {
  return kase.hypotheses.map((hypothesis) => {
    const mine = results.filter(({ variant }) => hypothesis.variants.includes(variant.name));
    const cells = kase.observations.map((observation): HypothesisRow['cells'][number] => {
      const untested = (why: string) => ({ observation, standing: 'not testable' as const, why });
      if (hypothesis.not_testable !== undefined) return untested(hypothesis.not_testable);
      if (observation.not_testable !== undefined) return untested(observation.not_testable);
      const { reads, reported } = observation;
      if (reads === undefined || reported === undefined) return untested('the report says nothing of it');
      const ran = mine.filter(({ verdict }) => verdict !== 'not testable');
      if (ran.length === 0) return untested(mine[0]?.why ?? 'no variant makes it true');
      const seen = ran.map(({ readings }) => readings[reads]);
      if (seen.some((reading) => reading === undefined)) return untested('not observed: the steps ended before');
      return {
        observation,
        standing: seen.every((reading) => matches(reported, reading)) ? 'reproduced' : 'contradicted',
      };
    });
    return { hypothesis, cells };
  });
}

/** Hypotheses under which every observation that could be tested came as reported; a hypothesis that nothing tested is none. */
export function standing(rows: readonly HypothesisRow[]): readonly Hypothesis[] {
  return rows
    .filter(({ cells }) => {
      const tested = cells.filter((cell) => cell.standing !== 'not testable');
      return tested.length > 0 && tested.every((cell) => cell.standing === 'reproduced');
    })
    .map(({ hypothesis }) => hypothesis);
}
