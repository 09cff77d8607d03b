import { describe, expect, test } from '@jest/globals';
import { HilError } from '../error/hil-error.ts';
import { makePlan, type PlanWords } from './plan.ts';
import { runApp } from './run-app.ts';
import type { StageResult } from './stage.ts';
import { inSystemMemory, romHandle, testBench, testImage } from './test-bench.ts';

/** The story of an application that is called by the probe; a test changes what the board shows. */
function story(words: PlanWords = {}, { withoutDiagnosis = true } = {}) {
  const { bench, board, wire } = testBench();
  // Six looks before the jump, one that finds the ROM, then the application again.
  const alive = Array.from({ length: 6 }, () => ({}));
  board.looks = [...alive, inSystemMemory, {}];
  const told: string[] = [];
  const plan = makePlan(testImage(), bench.chip, { watch: '0.2', within: '0.1', ...words });
  const run = () =>
    runApp(bench, plan, {
      sharedLine: true,
      withoutDiagnosis,
      announce: ({ id, verdict }) => void told.push(`${id} ${verdict}`),
      onDiagnosis: () => void told.push('repeated'),
    });
  return { run, board, wire, told, alive };
}

const failedOf = (stages: readonly StageResult[]) => stages.find(({ verdict }) => verdict === 'failed');

describe('the story of an application', () => {
  test('in which each stage is seen to work passes, and the ROM was asked for everything', async () => {
    const { run, board } = story({ call: 'JumpToBootloader' });
    const report = await run();
    expect(report).toMatchObject({ verdict: 'passed', board: 'g070', trigger: { why: '--call JumpToBootloader' } });
    expect(report.stages.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 8 }, () => 'passed'));
    expect(report.before).toEqual(report.after);
    expect(board.done).toEqual([
      'start',
      ...['acquire', 'call 0x8000150', 'meet', 'read', 'erase 0', 'write', 'go 0x8000000', 'close'],
    ]);
  });

  test('does not begin with what the program before had on its lips', async () => {
    const { run, board, wire } = story({ call: 'JumpToBootloader' });
    board.onProgram = () => wire.says('@bo');
    const report = await run();
    expect(report.verdict).toBe('passed');
    expect(report.stages[1]?.evidence.join()).toMatch(/the console is silent/);
  });

  test('ends where it fails, with the evidence up to there and who is to blame', async () => {
    const { run, board, alive, told } = story();
    board.looks = [...alive, { pc: 0x0800_01f0, msp: 0x2000_7ff0 }];
    const report = await run();
    expect(report).toMatchObject({ verdict: 'failed', blame: 'firmware' });
    expect(failedOf(report.stages)).toMatchObject({
      id: 'jumped',
      error: { code: 471, sentence: expect.stringContaining('the function that was called came back') },
    });
    expect(told).toEqual(['programmed passed', 'started passed', 'jumped failed']);
    expect(board.done).not.toContain('meet');
  });

  test('that stands before it is asked to jump fails at its start', async () => {
    const { run, board } = story();
    board.looks = [{ ipsr: 3 }];
    const report = await run();
    expect(failedOf(report.stages)).toMatchObject({ id: 'started', error: { code: 470 } });
  });

  test('of which the probe called nothing, and which stays where it is, leaves open who is to blame', async () => {
    const { run, board, wire } = story({ trigger: 'uart:B' });
    board.looks = [{}];
    const report = await run();
    expect(report).toMatchObject({ verdict: 'failed', blame: 'unknown' });
    expect(failedOf(report.stages)?.error?.text).toContain('did the text reach it?');
    expect(wire.sent).toEqual([0x42]);
  });

  test('in which the probe called, and which stays where it is, is to blame itself', async () => {
    const { run, board } = story();
    board.looks = [{}];
    expect(await run()).toMatchObject({ verdict: 'failed', blame: 'firmware' });
  });

  test('does not take an erase that did nothing for one', async () => {
    const { run, board } = story();
    board.meet = async () => romHandle(board.done, { blank: 0x00 });
    const report = await run();
    expect(failedOf(report.stages)).toMatchObject({ id: 'written', error: { code: 475 } });
    expect(board.done).not.toContain('write');
  });

  test('presses the button, and lets it go', async () => {
    const { run, board } = story({ trigger: 'button' });
    await run();
    expect(board.done.slice(1, 4)).toEqual(['press', 'let go', 'meet']);
  });
});

describe('the diagnosis of a story', () => {
  test('is not asked where the rig failed', async () => {
    const { run, board, told } = story({}, { withoutDiagnosis: false });
    board.meet = async () => {
      throw new HilError(205, 'g070: the line ended', { blame: 'rig' });
    };
    expect(await run()).toMatchObject({ verdict: 'failed', blame: 'rig' });
    expect(told).not.toContain('repeated');
  });

  test('repeats nothing where a function decided not to jump, and says so', async () => {
    const { run, board, alive, told } = story({}, { withoutDiagnosis: false });
    board.looks = [...alive, { pc: 0x0800_01f0, msp: 0x2000_7ff0 }];
    const { explanation } = await run();
    expect(explanation).toEqual([expect.stringContaining('the function returned instead of jumping')]);
    expect(told).not.toContain('repeated');
  });

  test('that fails leaves the verdict as it is', async () => {
    const { run, board, alive, told } = story({}, { withoutDiagnosis: false });
    board.looks = [...alive, { ipsr: 3 }];
    const report = await run();
    expect(report).toMatchObject({
      verdict: 'failed',
      blame: 'firmware',
      explanation: [expect.stringMatching(/^no diagnosis: /)],
    });
    expect(told).toContain('repeated');
  });
});
