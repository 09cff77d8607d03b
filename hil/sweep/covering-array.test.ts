import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deviation, type FactorValue, keyOf } from '../diagnose/sweep-row.ts';
import { type Assignment, coverPairs, fullCount, fullFactorial, type Levels } from './covering-array.ts';

/** Factors `f0`, `f1`, … with so many values each; `v0` is the good one. */
const factors = (...counts: readonly number[]): readonly Levels[] =>
  counts.map((count, i) => ({ factor: `f${i}`, values: Array.from({ length: count }, (_, v) => `v${v}`) }));

const pairsOf = (all: readonly Levels[]): readonly (readonly [FactorValue, FactorValue])[] =>
  all.flatMap((one, i) =>
    all.slice(i + 1).flatMap((other) =>
      one.values.flatMap((a) =>
        other.values.map((b): readonly [FactorValue, FactorValue] => [
          { factor: one.factor, value: a },
          { factor: other.factor, value: b },
        ]),
      ),
    ),
  );
const holds = (row: Assignment, [a, b]: readonly [FactorValue, FactorValue]): boolean =>
  row[a.factor] === a.value && row[b.factor] === b.value;

const anyFactors = fc
  .array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 9 })
  .map((counts) => factors(...counts));

describe('rows that cover every pair', () => {
  test('hold each pair of values, and each row has a value for every factor', () => {
    fc.assert(
      fc.property(anyFactors, fc.nat(), (all, seed) => {
        const rows = coverPairs(all, { seed });
        for (const pair of pairsOf(all)) expect(rows.some((row) => holds(row, pair))).toBe(true);
        for (const row of rows) {
          for (const { factor, values } of all) expect(values).toContain(row[factor]);
        }
      }),
    );
  });

  test('are no fewer than the two longest factors need, and far fewer than all combinations', () => {
    fc.assert(
      fc.property(anyFactors, fc.nat(), (all, seed) => {
        const [longest = 0, next = 0] = all.map(({ values }) => values.length).sort((a, b) => b - a);
        const { length } = coverPairs(all, { seed });
        expect(length).toBeGreaterThanOrEqual(longest * next);
        expect(length).toBeLessThanOrEqual(Math.min(fullCount(all), longest * next + 4 * all.length));
      }),
    );
  });

  // Best sizes known: C. Colbourn, "Covering Array Tables"; AETG's own: Cohen et al. 1997, table 3.
  test.each([
    { name: '4 factors of 3 values: 9 is the least', all: factors(3, 3, 3, 3), atMost: 12 },
    {
      name: '13 factors of 3 values: 15 is the least, AETG needs 15 to 17',
      all: factors(...Array(13).fill(3)),
      atMost: 22,
    },
    { name: '10 factors of 2 values: 6 is the least', all: factors(...Array(10).fill(2)), atMost: 10 },
  ])('$name, and at most $atMost are taken', ({ all, atMost }) => {
    for (const seed of [1, 2, 3]) expect(coverPairs(all, { seed }).length).toBeLessThanOrEqual(atMost);
  });

  test('are the same for the same seed', () => {
    const all = factors(2, 3, 4, 2, 3);
    expect(coverPairs(all, { seed: 7 })).toEqual(coverPairs(all, { seed: 7 }));
    expect(coverPairs(all, { seed: 7 })).not.toEqual(coverPairs(all, { seed: 8 }));
  });

  test('never bring a forbidden pair together, and still hold all others', () => {
    const anyForbidden = anyFactors.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.subarray(pairsOf(all).filter(([a, b]) => a.value !== 'v0' && b.value !== 'v0')),
        fc.nat(),
      ),
    );
    fc.assert(
      fc.property(anyForbidden, ([all, forbiddenPairs, seed]) => {
        const barred = new Set(forbiddenPairs.map((pair) => keyOf(deviation(pair))));
        const forbidden = (a: FactorValue, b: FactorValue): boolean => barred.has(keyOf(deviation([a, b])));
        const rows = coverPairs(all, { seed, forbidden });
        for (const pair of pairsOf(all)) {
          expect(rows.some((row) => holds(row, pair))).toBe(!barred.has(keyOf(deviation(pair))));
        }
      }),
    );
  });

  test('hold only what is wanted where nothing else is asked for: the rest stays good', () => {
    const rows = coverPairs(factors(2, 2, 2), {
      seed: 1,
      wanted: (a, b) => [a, b].every(({ factor, value }) => value === 'v1' && factor !== 'f2'),
    });
    expect(rows).toEqual([{ f0: 'v1', f1: 'v1', f2: 'v0' }]);
  });
});

describe('every combination', () => {
  test('comes once, and as many as were counted before', () => {
    const all = factors(2, 3, 2);
    const rows = [...fullFactorial(all)];
    expect(rows).toHaveLength(fullCount(all));
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(12);
    expect(rows[0]).toEqual({ f0: 'v0', f1: 'v0', f2: 'v0' });
  });
});
