import type { Blame } from '../error/hil-error.ts';
import type { AllowedSkip } from '../rig/rig.ts';

/** One planned line: a test of a suite on a board. */
export interface PlannedTest {
  readonly board: string;
  readonly suite: string;
  /** Full name: the describes, then the test. */
  readonly test: string;
  /** Why it will not run, when that is known beforehand: the board does not meet its needs. */
  readonly skip?: string;
}

export type Verdict = 'passed' | 'failed' | 'skipped';

export interface TestResult extends PlannedTest {
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** One text per error, as a person should read it. */
  readonly errors: readonly string[];
  readonly ms: number;
  /** Path of the step stream, relative to the reports folder. */
  readonly steps?: string;
}

/** A planned test and what became of it. `missing`: it has no verdict. */
export interface Line extends Omit<TestResult, 'verdict'> {
  readonly verdict: Verdict | 'missing';
}

export interface Outcome {
  readonly lines: readonly Line[];
  readonly planned: number;
  readonly ran: number;
  readonly skipped: number;
  /** Exit code of design section 6. */
  readonly exitCode: 0 | 1 | 3;
  /** Why it is not 0, one line each. */
  readonly reasons: readonly string[];
}

/** Identity of a line. */
export function keyOf(test: Pick<PlannedTest, 'board' | 'suite' | 'test'>): string {
  return JSON.stringify([test.board, test.suite, test.test]);
}

/**
 * Holds what happened against what was planned. A planned test without a verdict is a rig fault unless it is allowed to be skipped;
 * a test that ran without being planned is one too, since it shows that the plan was not the plan. A skip that was known
 * beforehand counts as a verdict unless skips are forbidden.
 */
export function judge(
  plan: readonly PlannedTest[],
  results: readonly TestResult[],
  options: { readonly allowed?: readonly AllowedSkip[]; readonly forbidSkips?: boolean; readonly broken?: string } = {},
): Outcome {
  const byKey = new Map(results.map((result) => [keyOf(result), result]));
  const reasons: string[] = [];
  let rigFault = options.broken !== undefined;
  if (options.broken !== undefined) reasons.push(options.broken);
  if (plan.length === 0) {
    rigFault = true;
    reasons.push('nothing was planned: no suite matches');
  }
  const lines = plan.map((planned): Line => {
    const result = byKey.get(keyOf(planned));
    byKey.delete(keyOf(planned));
    if (result !== undefined) return { ...planned, ...result };
    const allowance = (options.allowed ?? []).find((skip) => matches(skip, planned));
    if (allowance !== undefined) return { ...planned, verdict: 'skipped', skip: allowance.reason, errors: [], ms: 0 };
    return { ...planned, verdict: 'missing', blame: 'rig', errors: ['planned, but it has no verdict'], ms: 0 };
  });
  for (const stray of byKey.values()) {
    rigFault = true;
    reasons.push(`${stray.board} × ${stray.suite} × ${stray.test} ran without being planned`);
    lines.push(stray);
  }
  const missing = lines.filter((line) => line.verdict === 'missing');
  const failed = lines.filter((line) => line.verdict === 'failed');
  const skipped = lines.filter((line) => line.verdict === 'skipped');
  if (missing.length > 0) {
    rigFault = true;
    reasons.push(
      `${missing.length} planned without a verdict: ${missing.map((line) => `${line.board} × ${line.test}`).join('; ')}`,
    );
  }
  if (options.forbidSkips === true && skipped.length > 0) {
    rigFault = true;
    reasons.push(`${skipped.length} skipped although skips are forbidden`);
  }
  const firmware = failed.filter((line) => line.blame !== 'rig');
  if (failed.length > 0)
    reasons.push(
      `${failed.length} failed${firmware.length < failed.length ? `, ${failed.length - firmware.length} of them by the rig` : ''}`,
    );
  return {
    lines,
    planned: plan.length,
    ran: lines.filter((line) => line.verdict === 'passed' || line.verdict === 'failed').length,
    skipped: skipped.length,
    // A failure that the firmware or the test is to blame for is what a reader must see first.
    exitCode: firmware.length > 0 ? 1 : rigFault || failed.length > 0 ? 3 : 0,
    reasons,
  };
}

function matches(skip: AllowedSkip, planned: PlannedTest): boolean {
  return (
    (skip.board === undefined || skip.board === planned.board) &&
    (skip.suite === undefined || skip.suite === planned.suite) &&
    (skip.test === undefined || planned.test.includes(skip.test))
  );
}
