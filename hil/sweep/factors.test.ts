import { describe, expect, test } from '@jest/globals';
import { handoverSettings } from '../board/handover-settings.ts';
import { chipNamed } from '../chip/lookup.ts';
import { factorsFor, sourceOf } from './factors.ts';

const g070 = chipNamed('STM32G070RB');
const f091 = chipNamed('STM32F091RC');

describe('the factors of a sweep', () => {
  test('are the settings of the application, the good value first', () => {
    const { factors, leftOut } = factorsFor(g070);
    expect(factors.find(({ factor }) => factor === 'jump.primask')?.values).toEqual([
      'enabled',
      'disabled',
      'untouched',
    ]);
    expect(leftOut.map(({ factor }) => factor)).toEqual(['jump.clock_leftover']);
    for (const { factor, values } of factors) {
      expect(handoverSettings.find(([name]) => name === factor)?.slice(1, 2)).toEqual(values.slice(0, 1));
    }
  });

  test('leave out, with the reason, what says nothing on a part', () => {
    const { factors, leftOut } = factorsFor(f091);
    expect(factors.map(({ factor }) => factor)).not.toContain('jump.vtor');
    expect(factors.find(({ factor }) => factor === 'jump.thread')?.values).toEqual(['msp', 'psp']);
    expect(leftOut).toContainEqual({ factor: 'jump.vtor', why: 'a Cortex-M0 has no VTOR' });
  });

  test('are those that were asked for, with the good value even if it was not named', () => {
    const { factors } = factorsFor(g070, ['jump.target=table', 'start.clock']);
    expect(factors.map(({ factor, values }) => [factor, ...values])).toEqual([
      ['jump.target', 'vector', 'table'],
      ['start.clock', 'reset', 'fast'],
    ]);
  });

  test.each([
    { asked: 'jump.colour', words: /no setting 'jump.colour'; it has start.vtor/ },
    { asked: 'jump.target=void', words: /no value 'void' of 'jump.target'; it has vector, / },
  ])('refuse $asked, and name what there is', ({ asked, words }) => {
    expect(() => factorsFor(g070, [asked])).toThrow(
      expect.objectContaining({ code: 660, message: expect.stringMatching(words) }),
    );
  });

  test('know the rule behind a value where a document states one', () => {
    expect(sourceOf({ factor: 'jump.target', value: 'vector-even' })).toMatch(/Armv6-M A4\.1\.1/);
    expect(sourceOf({ factor: 'jump.msp', value: 'keep' })).toBeUndefined();
  });
});
