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
    expect(text).toMatch(/h1:? dirty flash \(held likely: 0\.4\)/);
    expect(text).toMatch(/^ *h1 .* reproduced$/m);
    expect(text).toMatch(/As far as it could be tested here/);
    expect(text).not.toMatch(/^Cause$/m);
  });

  test('is a table in Markdown for a forum', () => {
    const text = explainMarkdown(reproduced, '/nowhere');
    expect(text).toMatch(/^# l476-example on nucleo-l476rg/);
    expect(text).toMatch(/\| O1 what answers \| silent \| rom \|/);
    expect(text).toMatch(/```diff\nsettings of the application\n- start\.vtor = unset/);
  });
});
