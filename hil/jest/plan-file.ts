import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedTest, TestResult } from '../report/verdict.ts';

/** Plan and results pass from the lanes to the reporter as JSON lines: they survive a lane that is killed. */
function append(folder: string, name: string, lines: readonly object[]): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readAll<T>(folder: string): readonly T[] {
  let files: readonly string[];
  try {
    files = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T),
  );
}

export function writePlan(reports: string, board: string, suite: string, tests: readonly PlannedTest[]): void {
  append(join(reports, '.run/plan'), `${board}--${suite}.jsonl`, tests);
}

export function readPlan(reports: string): readonly PlannedTest[] {
  return readAll<PlannedTest>(join(reports, '.run/plan'));
}

export function writeResult(reports: string, result: TestResult): void {
  append(join(reports, '.run/results'), `${result.board}--${result.suite}.jsonl`, [result]);
}

export function readResults(reports: string): readonly TestResult[] {
  return readAll<TestResult>(join(reports, '.run/results'));
}
