import { describe, expect, test } from '@jest/globals';
import { countLine, verdictTable } from './table.ts';
import { judge, type PlannedTest, type TestResult } from './verdict.ts';

const planned = (name: string, skip?: string): PlannedTest => ({
  board: 'one',
  suite: 'go',
  test: name,
  ...(skip === undefined ? {} : { skip }),
});
const result = (name: string, change: Partial<TestResult> = {}): TestResult => ({
  ...planned(name),
  verdict: 'passed',
  errors: [],
  ms: 1000,
  ...change,
});

describe('a run', () => {
  test('in which each planned test passed has exit code 0', () => {
    const outcome = judge([planned('a'), planned('b')], [result('a'), result('b')]);
    expect(outcome).toMatchObject({ exitCode: 0, planned: 2, ran: 2, skipped: 0, reasons: [] });
  });

  test('with a failure by firmware or test has exit code 1', () => {
    for (const blame of ['firmware', 'test', 'unknown'] as const)
      expect(judge([planned('a')], [result('a', { verdict: 'failed', blame })]).exitCode).toBe(1);
  });

  test('in which the rig alone failed has exit code 3', () => {
    expect(judge([planned('a')], [result('a', { verdict: 'failed', blame: 'rig' })]).exitCode).toBe(3);
  });

  test('in which both failed has exit code 1: the firmware is what a reader must see first', () => {
    const outcome = judge(
      [planned('a'), planned('b')],
      [result('a', { verdict: 'failed', blame: 'rig' }), result('b', { verdict: 'failed', blame: 'firmware' })],
    );
    expect(outcome.exitCode).toBe(1);
    expect(outcome.reasons).toContain('2 failed, 1 of them by the rig');
  });

  test('with a planned test that has no verdict is a rig fault that names it', () => {
    const outcome = judge([planned('a'), planned('b')], [result('a')]);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.reasons.join()).toMatch(/1 planned without a verdict: one × b/);
    expect(outcome.lines[1]).toMatchObject({ verdict: 'missing', blame: 'rig' });
  });

  test('with a test that nobody planned is a rig fault that names it', () => {
    const outcome = judge([planned('a')], [result('a'), result('stray')]);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.reasons).toContain('one × go × stray ran without being planned');
  });

  test('of nothing is a rig fault, not a success', () => {
    expect(judge([], [])).toMatchObject({ exitCode: 3, reasons: ['nothing was planned: no suite matches'] });
  });

  test('whose rig broke is a rig fault, whatever passed before', () => {
    expect(judge([planned('a')], [result('a')], { broken: 'the boards ended' })).toMatchObject({
      exitCode: 3,
      reasons: ['the boards ended'],
    });
  });
});

describe('a skip', () => {
  const skip = 'for virtual boards only';
  const results = [result('a'), { ...result('b', { verdict: 'skipped', ms: 0 }), skip }];

  test('that was known beforehand is counted and named, and fails nothing', () => {
    const outcome = judge([planned('a'), planned('b', skip)], results);
    expect(outcome.exitCode).toBe(0);
    expect(countLine(outcome)).toBe('2 planned, 1 ran, 1 skipped (for virtual boards only)');
  });

  test('fails the run where skips are forbidden', () => {
    expect(judge([planned('a'), planned('b', skip)], results, { forbidSkips: true }).exitCode).toBe(3);
  });

  test.each([
    [{ reason: 'no cable' }, 0],
    [{ board: 'one', reason: 'no cable' }, 0],
    [{ board: 'two', reason: 'no cable' }, 3],
    [{ suite: 'jump', reason: 'no cable' }, 3],
    [{ test: 'a', reason: 'no cable' }, 0],
    [{ test: 'b', reason: 'no cable' }, 3],
  ])('that the rig file allows by %j makes the exit code %i', (allowance, code) => {
    const outcome = judge([planned('a'), planned('c')], [result('c')], { allowed: [allowance] });
    expect(outcome.exitCode).toBe(code);
    if (code === 0) expect(countLine(outcome)).toBe('2 planned, 1 ran, 1 skipped (no cable)');
  });

  test('for several reasons counts each', () => {
    const outcome = judge(
      [planned('a'), planned('b'), planned('c')],
      [
        { ...result('a', { verdict: 'skipped' }), skip: 'x' },
        { ...result('b', { verdict: 'skipped' }), skip: 'x' },
        { ...result('c', { verdict: 'skipped' }), skip: 'y' },
      ],
    );
    expect(countLine(outcome)).toBe('3 planned, 0 ran, 3 skipped (2× x; 1× y)');
  });
});

test('the table has a row per board and suite, worst word first', () => {
  const outcome = judge(
    [planned('a'), planned('b'), { ...planned('c'), suite: 'jump' }, { ...planned('d'), board: 'two' }],
    [result('a'), result('b', { verdict: 'failed', blame: 'firmware' }), { ...result('c'), suite: 'jump' }],
  );
  expect(verdictTable(outcome).split('\n')).toEqual([
    'board  suite  verdict                        time',
    'one    go     FAILED  (1 failed, 1 passed)  2.0 s',
    'one    jump   passed  (1 passed)            1.0 s',
    'two    go     MISSING (1 without verdict)   0.0 s',
  ]);
});
