import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../rig/session.ts';
import { junitXml } from './junit.ts';
import { siliconLine } from './silicon.ts';
import { countLine, verdictTable } from './table.ts';
import { judge, type Outcome, type PlannedTest, type TestResult } from './verdict.ts';

/** What `reports/run.json` holds. */
export interface RunReport {
  readonly silicon: string;
  readonly at: string;
  readonly boards: readonly {
    readonly board: string;
    readonly chip: string;
    readonly kind: string;
    readonly romId?: number;
  }[];
  readonly outcome: Outcome;
}

/** `HIL_FORBID_SKIPS=1`: a skipped test fails the run (CI). */
const FORBID_SKIPS = 'HIL_FORBID_SKIPS';

/** Judges the run, writes run.json and junit.xml, prints failures, table and count. Returns the outcome. */
export function writeReports(
  session: Session,
  plan: readonly PlannedTest[],
  results: readonly TestResult[],
  broken?: string,
): Outcome {
  const report = keepReports(session, plan, results, broken);
  process.stdout.write(`${summary(report)}\n`);
  return report.outcome;
}

/** Judges the run and writes run.json and junit.xml; prints nothing. */
export function keepReports(
  session: Pick<Session, 'reports' | 'boards' | 'allowedSkips'>,
  plan: readonly PlannedTest[],
  results: readonly TestResult[],
  broken?: string,
): RunReport {
  const outcome = judge(plan, results, {
    allowed: session.allowedSkips,
    forbidSkips: process.env[FORBID_SKIPS] === '1',
    ...(broken === undefined ? {} : { broken }),
  });
  const at = new Date().toISOString();
  const report: RunReport = {
    silicon: siliconLine(session.boards.map((board) => board.chip)),
    at,
    boards: session.boards.map(({ board, chip, kind, romId }) => ({
      board,
      chip,
      kind,
      ...(romId === undefined ? {} : { romId }),
    })),
    outcome,
  };
  mkdirSync(session.reports, { recursive: true });
  writeFileSync(join(session.reports, 'run.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(session.reports, 'junit.xml'), junitXml(outcome, at, report.silicon));
  return report;
}

function summary(report: RunReport): string {
  const { outcome } = report;
  const failures = outcome.lines
    .filter((line) => line.verdict === 'failed')
    .map((line) => {
      const where = line.steps === undefined ? '' : `\n  steps: ${line.steps}`;
      return `\n● ${line.board} × ${line.suite} × ${line.test}  (blame: ${line.blame ?? 'unknown'})${where}\n${line.errors.map((error) => error.replace(/^/gm, '  ')).join('\n')}`;
    });
  return [
    ...failures,
    '',
    report.silicon,
    '',
    verdictTable(outcome),
    '',
    ...(outcome.exitCode === 0 ? [] : outcome.reasons),
    countLine(outcome),
  ].join('\n');
}
