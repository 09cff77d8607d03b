import type { Case } from './case.ts';
import { isDemanded } from './case.ts';
import { showMatcher, showReading } from './judge.ts';
import type { VariantResult } from './run-variant.ts';

/** What became of a case on a board. */
export interface CaseOutcome {
  readonly outcome: 'reproduced' | 'not reproduced' | 'inconclusive';
  /** One sentence: why that. */
  readonly because: string;
  /** Names of the variants whose result fails a run, with the reason. */
  readonly failures: readonly { readonly variant: string; readonly why: string }[];
}

export interface CaseRun {
  readonly kase: Case;
  readonly board: {
    readonly name: string;
    readonly chip: string;
    readonly kind: 'virtual' | 'real';
    readonly romId: number;
  };
  readonly results: readonly VariantResult[];
  /** ISO 8601. */
  readonly at: string;
}

/** What a run demands of a variant's result and does not find, one line each: `core.ipsr is 0x00, expected 15`. */
export function demandsOf(result: VariantResult, kind: 'virtual' | 'real'): readonly string[] {
  if (failureOf(result, kind) === undefined) return [];
  const stopped =
    result.stopped === undefined ? [] : [`${result.stopped.step} could not be done: ${result.stopped.says}`];
  return [
    ...result.judged
      .filter(({ ok }) => !ok)
      .map(
        ({ name, seen, expected }) => `${name} is ${showReading(name, seen)}, expected ${showMatcher(name, expected)}`,
      ),
    ...stopped,
  ];
}

/**
 * Why a variant's result fails a run; undefined if it does not. Only what is known with confidence A or B is demanded. On a real board
 * a defect that does not show, or a control that behaves otherwise, is news and no failure; a cure that does not cure is one.
 */
export function failureOf(result: VariantResult, kind: 'virtual' | 'real'): string | undefined {
  const { variant, verdict } = result;
  if (verdict !== 'contradicted' || !isDemanded(variant.confidence)) return undefined;
  if (kind === 'real' && variant.role !== 'fixed') return undefined;
  return `expected with confidence ${variant.confidence}, and seen otherwise: ${result.judged
    .filter(({ ok }) => !ok)
    .map(({ name }) => name)
    .join(', ')}`;
}

/** Outcome of a case, from the results of its variants (design: reproduced, not reproduced, inconclusive). */
export function outcomeOf({ kase, board, results }: CaseRun): CaseOutcome {
  const failures = results.flatMap((result) => {
    const why = failureOf(result, board.kind);
    return why === undefined ? [] : [{ variant: result.variant.name, why }];
  });
  const say = (outcome: CaseOutcome['outcome'], because: string): CaseOutcome => ({ outcome, because, failures });
  if (kase.cause === undefined) {
    return say('inconclusive', 'no cause is known; the table holds each hypothesis against what the report says');
  }
  const ran = (role: string): readonly VariantResult[] =>
    results.filter(({ variant, verdict }) => variant.role === role && verdict !== 'not testable');
  const [reported, fixed] = [ran('reported'), ran('fixed')];
  if (reported.length === 0) return say('inconclusive', 'no variant with the defect could be run here');
  const absent = reported.filter(({ verdict }) => verdict === 'contradicted');
  if (absent.length > 0) return say('not reproduced', `${names(absent)} did not show what was reported`);
  if (fixed.length === 0)
    return say('inconclusive', 'the symptom is there; no variant with the cure could be run here');
  const uncured = fixed.filter(({ verdict }) => verdict === 'contradicted');
  if (uncured.length > 0)
    return say(
      'inconclusive',
      `the symptom is there, but ${names(uncured)} did not take it away: the cause is not shown`,
    );
  return say('reproduced', `${names(reported)} showed the symptom, ${names(fixed)} did not`);
}

function names(results: readonly VariantResult[]): string {
  return results.map(({ variant }) => `"${variant.name}"`).join(', ');
}
