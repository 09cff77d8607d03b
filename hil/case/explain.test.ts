import { describe, expect, test } from '@jest/globals';
import { explainMarkdown, explainText } from './explain.ts';
import { fakeResult, fakeRun, fakeVariant } from './fake-run.ts';

const posted = fakeVariant('as posted', 'reported', {
  settings: { 'start.vtor': 'unset' },
  expect: { 'jump.what': 'silent' },
});
const cured = fakeVariant('with VTOR', 'fixed', { expect: { 'jump.what': 'rom' }, why: 'VTOR is set' });
const reproduced = fakeRun([fakeResult(posted, { 'jump.what': 'silent' }), fakeResult(cured, { 'jump.what': 'rom' })]);

describe('an explanation', () => {
  test('begins with the outcome, on which board, with which ROM', () => {
    expect(explainText(reproduced, '/nowhere').split('\n')[0]).toBe(
      'l476-example on nucleo-l476rg (STM32L476RG, ROM 0x92, virtual): reproduced',
    );
  });

  test('shows each observation of each variant, the cause with its source, and what passes by which difference', () => {
    const text = explainText(reproduced, '/nowhere');
    expect(text).toMatch(/O1 what answers +silent +rom/);
    expect(text).toMatch(/result +as expected \(A\) +as expected \(A\)/);
    expect(text).toMatch(/Confidence A, documented: DDI0403\. Rule of the diagnosis: even-address\./);
    expect(text).toMatch(
      /What passes: "with VTOR"\n {2}VTOR is set\.\n {2}settings of the application\n {2}- start\.vtor = unset/,
    );
  });

  test('says beside a reading what was expected of it', () => {
    const run = fakeRun([fakeResult(posted, { 'jump.what': 'rom' }), fakeResult(cured, { 'jump.what': 'rom' })]);
    expect(explainText(run, '/nowhere')).toMatch(/rom \(expected: silent\)/);
  });

  test('shows a reading that is not as expected, also when the case does not observe it', () => {
    const strict = { ...posted, expect: { 'jump.what': 'silent', 'core.ipsr': 3 } };
    const run = fakeRun([fakeResult(strict, { 'jump.what': 'silent', 'core.ipsr': 15 })]);
    expect(explainText(run, '/nowhere')).toMatch(/core\.ipsr +15 \(expected: 3\)/);
  });

  test('tells results that rest on a guess, and a cause that is one', () => {
    const guess = fakeResult({ ...posted, confidence: 'D' }, { 'jump.what': 'silent' });
    const run = fakeRun([guess], {
      cause: { says: 'Perhaps.', confidence: 'D', provenance: 'hypothesis', source: 'none' },
    });
    const text = explainText(run, '/nowhere').replace(/\s+/g, ' ');
    expect(text).toMatch(/What is expected of "as posted" is a hypothesis \(D\): shown, not demanded/);
    expect(text).toMatch(/The cause itself is a hypothesis/);
  });

  test('names what could not be tested or ended early, and why', () => {
    const run = fakeRun([
      fakeResult(posted, {}, { verdict: 'not testable', why: 'nobody can work its power' }),
      fakeResult(cured, {}, { stopped: { step: 'jump', says: 'nothing answers' } }),
    ]);
    const text = explainText(run, '/nowhere');
    expect(text).toMatch(/"as posted" was not tested: nobody can work its power\./);
    expect(text).toMatch(/"with VTOR" ended at the step jump: nothing answers\./);
  });

  test('holds hypotheses against observations where no cause is known, and names no cause', () => {
    const run = fakeRun([fakeResult(posted, { 'jump.what': 'silent' })], {
      hypotheses: [{ id: 'h1', says: 'dirty flash', prior: 0.4, variants: ['as posted'] }],
      observations: [{ id: 'O1', title: 'what answers', reads: 'jump.what', reported: 'silent' }],
    });
    const { cause: _, ...kase } = run.kase;
    const text = explainText({ ...run, kase }, '/nowhere');
    expect(text).toMatch(/h1: dirty flash \(prior 0\.40\)/);
    expect(text).toMatch(/^ *h1 .* reproduced$/m);
    expect(text).toMatch(/As far as it could be tested here/);
    expect(text).not.toMatch(/^Cause/m);
    expect(text).toMatch(/It is a candidate; that it is what\s+happened to the reporter is not shown/);
    expect(text).toMatch(/A virtual board says what the documented rules of its model come to/);
  });

  test.each(['silent', 'rom', 'application'])(
    'of a report without a known cause never says passed or failed on a virtual board, also when %s answers',
    (what) => {
      const run = fakeRun([fakeResult(posted, { 'jump.what': what })], {
        label: 'related experiment over USART',
        hypotheses: [{ id: 'h1', says: 'dirty flash', variants: ['as posted'], if_contradicted: 'Not that alone.' }],
        observations: [{ id: 'O1', title: 'what answers', reads: 'jump.what', reported: 'silent' }],
      });
      const { cause: _, ...kase } = run.kase;
      for (const text of [explainText({ ...run, kase }, '/nowhere'), explainMarkdown({ ...run, kase }, '/nowhere')]) {
        expect(text).not.toMatch(/\b(pass(es|ed)?|fail(s|ed)?)\b/i);
        expect(text).toMatch(/This is a related experiment over USART\./);
        expect(text.includes('Not that alone.')).toBe(what !== 'silent');
      }
    },
  );

  test('of a real board speaks of no model', () => {
    const run = fakeRun(
      [fakeResult(posted, { 'jump.what': 'silent' })],
      { hypotheses: [{ id: 'h1', says: 'dirty flash', variants: ['as posted'] }] },
      'real',
    );
    const { cause: _, ...kase } = run.kase;
    expect(explainText({ ...run, kase }, '/nowhere')).not.toMatch(/model/);
  });

  test('calls nothing the cause that the run has not shown, and no cure one that did not cure', () => {
    const uncured = fakeRun([
      fakeResult(posted, { 'jump.what': 'silent' }),
      fakeResult(cured, { 'jump.what': 'silent' }),
    ]);
    const text = explainText(uncured, '/nowhere');
    expect(text).toMatch(/^Cause, as it is known; this run does not show it$/m);
    expect(text).toMatch(/^What should pass, and did not: "with VTOR"$/m);
    expect(text).not.toMatch(/^What passes/m);
    expect(explainText(reproduced, '/nowhere')).toMatch(/^Cause$/m);
  });

  test('shows every cure that was seen to cure, each with its difference', () => {
    const other = fakeVariant('by the host', 'fixed', {
      settings: { 'start.vtor': 'unset' },
      steps: [{ verb: 'go', args: 'ram-stub' }],
      expect: { 'jump.what': 'rom' },
    });
    const run = fakeRun([
      fakeResult(posted, { 'jump.what': 'silent' }),
      fakeResult(cured, { 'jump.what': 'rom' }),
      fakeResult(other, { 'jump.what': 'rom' }),
    ]);
    const text = explainText(run, '/nowhere');
    expect(text.match(/^What passes: .*$/gm)).toEqual(['What passes: "with VTOR"', 'What passes: "by the host"']);
    expect(text).toMatch(/\+ go "ram-stub"/);
  });

  test('tells what else came as expected: evidence that the case does not list', () => {
    const more = { ...cured, expect: { 'jump.what': 'rom', 'rom.answers': true } };
    const run = fakeRun([fakeResult(more, { 'jump.what': 'rom', 'rom.answers': true })]);
    expect(explainText(run, '/nowhere')).toMatch(/Beside these, as expected\n {2}"with VTOR": rom\.answers yes\./);
  });

  test('is no wider than a terminal, however many variants there are', () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      fakeResult({ ...posted, name: `the way as posted, number ${i}` }, { 'jump.what': 'silent' }),
    );
    const lines = explainText(fakeRun(many), '/nowhere').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('is a table in Markdown for a forum', () => {
    const text = explainMarkdown(reproduced, '/nowhere');
    expect(text).toMatch(/^# l476-example on nucleo-l476rg/);
    expect(text).toMatch(/\| O1 what answers \| silent \| rom \|/);
    expect(text).toMatch(/```diff\nsettings of the application\n- start\.vtor = unset/);
  });
});
