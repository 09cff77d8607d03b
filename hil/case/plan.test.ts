import { describe, expect, test } from '@jest/globals';
import { fakeCase, fakeResult, fakeRun, fakeVariant } from './fake-run.ts';
import { loadCase } from './load-case.ts';
import { decisionsOf, planned } from './plan.ts';

const plan = {
  steps: [{ verb: 'watch-handover', args: undefined }],
  shows: ['handover.FLASH_SR'],
  decisions: [
    { when: { 'op.erase': { not: 'done' }, 'evidence.flash_locked': true }, says: 'locked by a key' },
    { when: { 'op.erase': 'done' }, says: 'it erases' },
  ],
};
const one = fakeVariant('one', 'measured');

describe('a planned case', () => {
  test('runs the steps of its plan in each variant', () => {
    const kase = planned(fakeCase({ variants: [one], plan }));
    expect(kase.variants.map(({ steps }) => steps)).toEqual([plan.steps]);
  });

  test('must have a plan', () => {
    expect(() => planned(fakeCase())).toThrow(/l476-example has no plan/);
  });
});

describe('a decision', () => {
  const says = (readings: Record<string, string | boolean>) =>
    decisionsOf(fakeRun([fakeResult(one, readings)], { plan }))[0]?.says;

  test('holds when all that it names is as it says', () => {
    expect(says({ 'op.erase': 'silent', 'evidence.flash_locked': true })).toEqual(['locked by a key']);
    expect(says({ 'op.erase': 'done', 'evidence.flash_locked': true })).toEqual(['it erases']);
  });

  test('does not hold when one of them was not observed', () => {
    expect(says({ 'op.erase': 'silent' })).toEqual([]);
  });

  test('is not asked of a variant that could not be run', () => {
    expect(decisionsOf(fakeRun([fakeResult(one, {}, { verdict: 'not testable' })], { plan }))).toEqual([]);
  });
});

describe('the case without a known cause', () => {
  const kase = loadCase('fixtures/cases/c071-erase-fails.yaml');

  test('demands nothing of the report: only its self-tests can be contradicted', () => {
    expect(kase.cause).toBeUndefined();
    const demanding = kase.variants.filter(({ expect: expected }) => Object.keys(expected).length > 0);
    expect(demanding.map(({ name }) => name.split(',')[0])).toEqual(['self-test', 'self-test']);
  });

  test('holds h1 to h7 and the posted function against O1 to O5', () => {
    expect(kase.hypotheses.map(({ id }) => id)).toEqual(['h0', 'h0-first', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7']);
    expect(kase.observations.map(({ id }) => id)).toEqual(['O1', 'O2', 'O3', 'O4', 'O5']);
    expect(kase.observations.every(({ reported }) => reported !== undefined)).toBe(true);
  });

  test('weighs its hypotheses to no more than one', () => {
    const sum = kase.hypotheses.reduce((total, { prior = 0 }) => total + prior, 0);
    expect(sum).toBeLessThanOrEqual(1);
  });
});
