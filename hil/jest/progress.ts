import type { TestCaseResult } from '@jest/test-result';
import { currentSession } from '../rig/session.ts';
import { readPlan } from './plan-file.ts';

let planned = 0;
let finished = 0;

/** Says how much there is to do, before the first test. */
export function announcePlan(): void {
  const session = currentSession();
  const plan = session === undefined ? [] : readPlan(session.reports);
  const boards = new Set(plan.map((test) => test.board));
  const skips = plan.filter((test) => test.skip !== undefined).length;
  planned = plan.length - skips;
  finished = 0;
  process.stdout.write(
    `${plan.length} planned on ${boards.size} board${boards.size === 1 ? '' : 's'}${skips > 0 ? `, ${skips} of them known to be skipped` : ''}\n`,
  );
}

/** One line per test, as it ends. */
export function showProgress(board: string, suite: string, result: TestCaseResult): void {
  if (result.status !== 'passed' && result.status !== 'failed') return;
  finished += 1;
  const mark = result.status === 'passed' ? 'ok    ' : 'FAILED';
  const took = `${((result.duration ?? 0) / 1000).toFixed(1)} s`;
  const name = [...result.ancestorTitles, result.title].join(' › ');
  const count = String(finished).padStart(String(planned).length);
  process.stdout.write(`[${count}/${planned}] ${mark} ${board}  ${suite}  ${name}  (${took})\n`);
}
