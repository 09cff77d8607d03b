import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findMinimal } from './minimal-set.ts';

const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const needs =
  (...needed: readonly string[]) =>
  async (set: readonly string[]): Promise<boolean> =>
    needed.every((one) => set.includes(one));

describe('the search for what has to be repaired', () => {
  test('names the one thing that cures', async () => {
    expect(await findMinimal(all, needs('c'))).toEqual({ singles: ['c'], together: [] });
  });

  test('names each of several that cure alone', async () => {
    const cures = async (set: readonly string[]): Promise<boolean> => set.includes('b') || set.includes('f');
    expect(await findMinimal(all, cures)).toEqual({ singles: ['b', 'f'], together: [] });
  });

  test('names two that are needed together', async () => {
    expect(await findMinimal(all, needs('b', 'g'))).toEqual({ singles: [], together: ['b', 'g'] });
  });

  test('names nothing when all together do not cure', async () => {
    expect(await findMinimal(all, async () => false)).toEqual({ singles: [], together: [] });
  });

  test('asks once when nothing cures, so that a hopeless case costs one repetition', async () => {
    let asked = 0;
    await findMinimal(all, async () => {
      asked += 1;
      return false;
    });
    expect(asked).toBe(1);
  });

  test('asks about no set twice, and ends in a set of which each member is needed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(all, { minLength: 2 }), async (needed) => {
        const asked = new Set<string>();
        const { singles, together } = await findMinimal(all, async (set) => {
          const key = set.join('');
          expect(asked.has(key)).toBe(false);
          asked.add(key);
          return needed.every((one) => set.includes(one));
        });
        expect(singles).toEqual([]);
        expect(together).toEqual(needed);
      }),
    );
  });
});
