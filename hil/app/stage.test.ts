import { expect, test } from '@jest/globals';
import { HilError } from '../error/hil-error.ts';
import { memorySink } from '../trace/recorder.ts';
import { closingText, reportText, stageText } from './report-text.ts';
import type { AppReport } from './run-app.ts';
import { createStages, StoryOver } from './stage.ts';
import { testScope } from './test-looks.ts';

function scope(signal = new AbortController().signal) {
  const memory = memorySink();
  return { scope: testScope({ signal, sink: memory.sink }), events: memory.events };
}

test('a failed stage ends the story: what was seen before is kept, and the others were not reached', async () => {
  const announced: string[] = [];
  const { scope: board, events } = scope();
  const story = createStages(board, ({ id, verdict }) => void announced.push(`${id} ${verdict}`));
  await story.run('programmed', async (say) => say('12 bytes'));
  const failing = story.run('started', async (say) => {
    say('PC 0x0800_0100');
    throw new HilError(470, 'g070: it stands', { blame: 'firmware', context: { pc: 0x0800_0100 } });
  });
  await expect(failing).rejects.toBeInstanceOf(StoryOver);
  const results = story.results();
  expect(results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    'programmed passed',
    'started failed',
    'jumped not reached',
    'entered not reached',
    'read not reached',
    'written not reached',
    'go not reached',
    'back not reached',
  ]);
  expect(announced).toEqual(['programmed passed', 'started failed']);
  expect(results[1]).toMatchObject({
    evidence: ['PC 0x0800_0100'],
    error: { code: 470, blame: 'firmware', sentence: 'g070: it stands' },
  });
  expect(events.filter(({ type }) => type === 'start')).toMatchObject([
    { action: 'stage programmed' },
    { action: 'stage started' },
  ]);
});

test('a revoked bench is no verdict on the application', async () => {
  const revocation = new AbortController();
  const { scope: board } = scope(revocation.signal);
  const story = createStages(board);
  const reason = new HilError(503, 'the deadline passed');
  const running = story.run('jumped', async () => {
    revocation.abort(reason);
    throw new Error('some wait rejected');
  });
  await expect(running).rejects.toBe(reason);
  expect(story.results().every(({ verdict }) => verdict === 'not reached')).toBe(true);
});

test('nor is a bench that refuses, as after Ctrl-C', async () => {
  const announced: string[] = [];
  const story = createStages(scope().scope, ({ id, verdict }) => void announced.push(`${id} ${verdict}`));
  const refusal = new HilError(501, 'g070: its bench is revoked');
  const running = story.run('jumped', async () => Promise.reject(refusal));
  await expect(running).rejects.toBe(refusal);
  expect(announced).toEqual([]);
});

const report: AppReport = {
  board: 'g070',
  chip: 'STM32G070RB',
  image: 'app.elf',
  trigger: { text: 'the button', why: '--trigger button' },
  verdict: 'failed',
  blame: 'firmware',
  stages: [
    { id: 'programmed', title: 'programmed', verdict: 'passed', ms: 1234, evidence: ['12 bytes'] },
    {
      id: 'jumped',
      title: 'jumped',
      verdict: 'failed',
      ms: 50,
      evidence: [],
      error: { code: 471, blame: 'firmware', sentence: 'it did not', text: 'it did not  [HIL-471]\nTry: more time' },
    },
    { id: 'back', title: 'came back', verdict: 'not reached', ms: 0, evidence: [] },
  ],
  explanation: ['cause: an even address'],
};

test('the report tells each stage with its time and evidence, then verdict and cause', () => {
  const text = reportText(report);
  expect(text).toMatch(/^g070 \(STM32G070RB\): app\.elf\njumps by the button/);
  expect(text).toMatch(/^ok {4}programmed +1\.2 s\n {8}12 bytes$/m);
  expect(text).toMatch(/^FAIL {2}jumped +0\.1 s\n {6}it did not {2}\[HIL-471\]\n {6}Try: more time$/m);
  expect(text).toContain("FAILED at 'jumped' (blame: firmware)\ncause: an even address");
});

test('a stage that was not reached has no time', () => {
  expect(stageText(report.stages[2] as AppReport['stages'][number])).toBe('-     came back');
});

test('a passed story says so', () => {
  expect(closingText({ ...report, stages: report.stages.slice(0, 1), explanation: [] })).toMatch(/^PASSED/);
});
