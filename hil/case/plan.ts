import { HilError } from '../error/hil-error.ts';
import type { Case } from './case.ts';
import { judge } from './judge.ts';
import type { CaseRun } from './outcome.ts';

/** The case with the steps of its plan in each variant. @throws HilError 634 for a case without a plan */
export function planned(kase: Case): Case & { readonly plan: NonNullable<Case['plan']> } {
  const { plan } = kase;
  if (plan === undefined) {
    throw new HilError(634, `${kase.id} has no plan; without --plan all its variants are run`, {
      blame: 'test',
      context: { id: kase.id },
    });
  }
  return { ...kase, plan, variants: kase.variants.map((variant) => ({ ...variant, steps: plan.steps })) };
}

/** What the readings of one variant decide; empty: nothing. */
export interface Decided {
  readonly variant: string;
  readonly says: readonly string[];
}

/** Which decisions of the plan hold for each variant that was run: all that a decision names must be as it says. */
export function decisionsOf({ kase, results }: CaseRun): readonly Decided[] {
  const decisions = kase.plan?.decisions ?? [];
  return results
    .filter(({ verdict }) => verdict !== 'not testable')
    .map(({ variant, readings }) => ({
      variant: variant.name,
      says: decisions.filter(({ when }) => judge(when, readings).every(({ ok }) => ok)).map(({ says }) => says),
    }));
}
