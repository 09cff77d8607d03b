import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { minimise } from './sweep-minimise.ts';
import { type Deviation, deviation, includes, keyOf } from './sweep-row.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const set = (names: readonly string[]): Deviation => deviation(names.map((factor) => ({ factor, value: '1' })));

/** Answers every question of the search, and counts them. */
function search(whole: Deviation, truth: (set: Deviation) => boolean, always: Deviation = {}) {
  const known = new Map<string, boolean>([[keyOf(whole), true]]);
  for (let asked = 0; ; asked++) {
    const result = minimise(whole, (one) => known.get(keyOf(one)), always);
    if ('minimal' in result) return { minimal: result.minimal, asked };
    expect(known.has(keyOf(result.ask))).toBe(false);
    known.set(keyOf(result.ask), truth(result.ask));
  }
}

describe('the smallest part for which it holds', () => {
  test('of ten values is the one that matters, found in few questions', () => {
    const { minimal, asked } = search(set(letters), ({ g }) => g === '1');
    expect(minimal).toEqual(set(['g']));
    expect(asked).toBeLessThan(10);
  });

  test('is the two that are needed together', () => {
    expect(search(set(letters), ({ b, i }) => b === '1' && i === '1').minimal).toEqual(set(['b', 'i']));
  });

  test('leaves out what stays in at all times', () => {
    const truth = (one: Deviation): boolean => one.a === '1' && one.h === '1';
    expect(search(set(letters), truth, set(['a'])).minimal).toEqual(set(['h']));
  });

  test('does not ask for what is known', () => {
    expect(minimise(set(['a', 'b']), (one) => keyOf(one) === 'b=1')).toEqual({ minimal: set(['b']) });
  });

  test('is what was needed, whatever it was', () => {
    fc.assert(
      fc.property(fc.subarray(letters, { minLength: 1 }), (needed) => {
        expect(search(set(letters), (one) => includes(one, set(needed))).minimal).toEqual(set(needed));
      }),
    );
  });

  test('has no value that could be put back, for any rule', () => {
    const anyRule = fc.array(fc.subarray(letters, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyRule, (causes) => {
        const truth = (one: Deviation): boolean => causes.some((cause) => includes(one, set(cause)));
        const { minimal } = search(set(letters), truth);
        expect(truth(minimal)).toBe(true);
        for (const factor of Object.keys(minimal)) {
          const rest = Object.keys(minimal).filter((name) => name !== factor);
          expect(rest.length > 0 && truth(set(rest))).toBe(false);
        }
      }),
    );
  });
});
