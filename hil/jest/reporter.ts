import type { AggregatedResult, Reporter, Test, TestContext, TestResult } from '@jest/reporters';
import type { PlannedTest, TestResult as Verdict } from '../report/verdict.ts';
import { writeReports } from '../report/write-reports.ts';
import { currentSession } from '../rig/session.ts';
import { suiteName } from './names.ts';
import { readPlan, readResults } from './plan-file.ts';

/** Names the file itself as the test, where a file failed before it could name its tests. */
const LOADING = 'the suite can be loaded';

/**
 * Merges plan and verdicts at the end of a run and writes the reports. Verdicts come from the environment; a file that failed
 * as a whole (a mistake in it, a killed process) becomes a verdict of its own.
 */
export default class HilReporter implements Reporter {
  readonly #files: { readonly board: string; readonly suite: string; readonly error: string | undefined }[] = [];

  onTestResult(test: Test, result: TestResult): void {
    const board = test.context.config.testEnvironmentOptions.board;
    if (board === undefined) return;
    this.#files.push({
      board: String(board),
      suite: suiteName(test.path),
      error: result.testExecError === undefined ? undefined : (result.failureMessage ?? result.testExecError.message),
    });
  }

  onRunComplete(_contexts: Set<TestContext>, _results: AggregatedResult): void {
    const session = currentSession();
    if (session === undefined || this.#files.length === 0) return;
    const plan = [...readPlan(session.reports)];
    const results = [...readResults(session.reports)];
    for (const file of this.#files) {
      const here = (test: PlannedTest): boolean => test.board === file.board && test.suite === file.suite;
      if (file.error === undefined) continue;
      const known = plan.some(here);
      const key = { board: file.board, suite: file.suite, test: LOADING };
      plan.push(key);
      const verdict: Verdict = {
        ...key,
        verdict: 'failed',
        blame: known ? 'unknown' : 'test',
        errors: [file.error],
        ms: 0,
      };
      results.push(verdict);
    }
    writeReports(session, plan, results);
  }
}
