import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { StepEvent } from '../../trace/recorder.ts';
import { makeProject, type Project } from './project.ts';

/** Each test runs a whole `hil`. */
jest.setTimeout(120_000);

let project: Project;
afterEach(() => project.remove());

const suite = (body: string, needs = '{}'): string => `import { expect, test } from '@jest/globals';
import { onBoard } from 'stm32-hil';
onBoard('trouble', ${needs}, (bench) => {
${body}
  test('the board is well afterwards', async () => {
    const app = await bench.flash('handover');
    const rom = await app.enterBootloader();
    expect(await rom.session.getId()).toBe(bench.chip.identity.devId);
  });
});
`;

function verdicts(): readonly (readonly [string, string | undefined])[] {
  return project.report().outcome.lines.map((line) => [line.verdict, line.blame]);
}

function stepsOf(test: number): readonly StepEvent[] {
  const folder = join(project.folder, 'reports/steps/one/trouble');
  const file = readdirSync(folder).sort()[test] as string;
  return readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StepEvent);
}

test('a suite that catches everything and loops past its deadline cannot touch the board again', async () => {
  project = makeProject({
    trouble: suite(
      `  test('never ends', async () => {
    const app = await bench.flash('handover');
    for (;;) {
      try { await app.ping(); } catch {}
      try { await bench.probe.resetRun(); } catch {}
      try { await bench.flash('handover'); } catch {}
    }
  });`,
      '{ deadlineMs: 3000 }',
    ),
  });
  const { code, text } = await project.hil(['run']);
  expect(text).toMatch(/was not over within 3000 ms; its bench is revoked/);
  expect(verdicts()).toEqual([
    ['failed', 'test'],
    ['passed', undefined],
  ]);
  expect(code).toBe(1);
  // After the deadline only the recovery speaks to the board, and the loop of the first test nothing in the second.
  const steps = stepsOf(0);
  const passed = steps.findIndex((event) => event.type === 'note' && event.event === 'deadline passed');
  const recovery = steps.find((event) => event.type === 'start' && event.action === 'restoreKnownGood');
  const afterwards = steps.slice(passed + 1).filter((event) => event.type === 'start' && event.parent === undefined);
  expect(passed).toBeGreaterThan(0);
  expect(recovery).toBeDefined();
  expect(
    afterwards.map((event) => (event as { action: string }).action).filter((action) => action === 'flash'),
  ).toEqual([]);
  const second = stepsOf(1).flatMap((event) =>
    event.type === 'start' && event.parent === undefined ? [event.action] : [],
  );
  expect(second.slice(0, 2)).toEqual(['flash', 'enterBootloader']);
});

test('OpenOCD killed in the middle of a write is named, and the board comes back', async () => {
  project = makeProject({
    trouble: suite(`  test('loses OpenOCD', async () => {
    await bench.flash('handover');
    await bench.probe.reacquire();
    await bench.probe.flashErasePages([0]);
    const writing = bench.probe.flashProgram(bench.image('handover'));
    setTimeout(() => process.kill(bench.probe.pid, 'SIGKILL'), 60);
    await writing;
  });`),
  });
  const { code, text } = await project.hil(['run']);
  expect(text).toMatch(/HIL-22[26]\]/);
  expect(verdicts().map(([verdict]) => verdict)).toEqual(['failed', 'passed']);
  expect([1, 3]).toContain(code);
});

test('power lost in the middle of an erase is named, and the board comes back', async () => {
  project = makeProject({
    trouble: suite(`  test('loses power', async () => {
    const rom = await (await bench.flash('handover')).enterBootloader();
    setTimeout(() => bench.controls.power(false), 300);
    for (;;) await rom.session.erasePages([20]);
  });`),
  });
  const { text } = await project.hil(['run']);
  expect(text).toMatch(/one: no (answer|ACK) to .* within \d+ ms.*\[HIL-303\]/);
  expect(verdicts().map(([verdict]) => verdict)).toEqual(['failed', 'passed']);
});

test('a bench that is used outside of a test says so', async () => {
  project = makeProject({ trouble: suite('  bench.board;') });
  const { code, text } = await project.hil(['run']);
  expect(text).toMatch(/one: the bench was used outside of a test {2}\[HIL-504\]/);
  expect(code).toBe(1);
});

test('a call that is not awaited cannot reach into the next test', async () => {
  project = makeProject({
    trouble: suite(`  test('forgets to await', async () => {
    const app = await bench.flash('handover');
    setTimeout(() => { app.reset().then(() => { globalThis.reached = true; }, () => {}); }, 1500);
  });
  test('stays alone', async () => {
    const app = await bench.flash('handover');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((globalThis as { reached?: boolean }).reached).toBeUndefined();
    await app.ping();
  });`),
  });
  const { code } = await project.hil(['run']);
  expect(verdicts().map(([verdict]) => verdict)).toEqual(['passed', 'passed', 'passed']);
  expect(code).toBe(0);
});
