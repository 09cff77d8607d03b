import { describe, expect, test } from '@jest/globals';
import { fakeResult, fakeRun, fakeVariant } from './fake-run.ts';
import { demandsOf, outcomeOf } from './outcome.ts';

const posted = fakeVariant('as posted', 'reported', { expect: { 'jump.what': 'silent' } });
const cured = fakeVariant('with the cure', 'fixed', { expect: { 'jump.what': 'rom' } });
const symptom = fakeResult(posted, { 'jump.what': 'silent' });
const noSymptom = fakeResult(posted, { 'jump.what': 'rom' });
const passes = fakeResult(cured, { 'jump.what': 'rom' });
const passesNot = fakeResult(cured, { 'jump.what': 'silent' });
const untested = fakeResult(cured, {}, { verdict: 'not testable', why: 'nobody can work its power' });

describe('a case is', () => {
  test('reproduced when the defect shows the symptom and the cure takes it away', () => {
    expect(outcomeOf(fakeRun([symptom, passes]))).toEqual({
      outcome: 'reproduced',
      because: '"as posted" showed the symptom, "with the cure" did not',
      failures: [],
    });
  });

  test('not reproduced when the defect does not show the symptom', () => {
    expect(outcomeOf(fakeRun([noSymptom, passes])).outcome).toBe('not reproduced');
  });

  test('inconclusive when the cure does not take the symptom away', () => {
    expect(outcomeOf(fakeRun([symptom, passesNot]))).toMatchObject({
      outcome: 'inconclusive',
      because: expect.stringMatching(/"with the cure" did not take it away/) as unknown,
    });
  });

  test.each([
    { name: 'the cure', results: [symptom, untested] },
    { name: 'the defect', results: [{ ...symptom, verdict: 'not testable' as const }, passes] },
  ])('inconclusive when $name could not be run', ({ results }) => {
    expect(outcomeOf(fakeRun(results))).toMatchObject({ outcome: 'inconclusive', failures: [] });
  });

  test('inconclusive when nobody knows its cause, whatever was seen', () => {
    const { cause: _, ...kase } = fakeRun([noSymptom]).kase;
    expect(outcomeOf({ ...fakeRun([noSymptom]), kase }).outcome).toBe('inconclusive');
  });
});

describe('a result fails a run', () => {
  test('of a virtual board when it was expected with confidence A or B', () => {
    expect(outcomeOf(fakeRun([noSymptom, passes])).failures).toEqual([
      { variant: 'as posted', why: 'expected with confidence A, and seen otherwise: jump.what' },
    ]);
  });

  test.each(['C', 'D'] as const)('never when it was expected with confidence %s', (confidence) => {
    const result = fakeResult({ ...posted, confidence }, { 'jump.what': 'rom' });
    expect(outcomeOf(fakeRun([result, passes])).failures).toEqual([]);
    expect(demandsOf(result, 'virtual')).toEqual([]);
  });

  test('of a real board only when the cure does not cure: a defect that does not show is news', () => {
    expect(outcomeOf(fakeRun([noSymptom, passes], {}, 'real')).failures).toEqual([]);
    expect(outcomeOf(fakeRun([symptom, passesNot], {}, 'real')).failures).toHaveLength(1);
  });

  test('with each reading that is otherwise, and the step that could not be done', () => {
    const result = fakeResult(
      fakeVariant('as posted', 'reported', { expect: { 'jump.what': 'silent', 'core.ipsr': 3 } }),
      { 'jump.what': 'silent', 'core.ipsr': 15 },
      { stopped: { step: 'go', says: 'the ROM is not there' } },
    );
    expect(demandsOf(result, 'virtual')).toEqual([
      'core.ipsr is 15, expected 3',
      'go could not be done: the ROM is not there',
    ]);
  });
});
