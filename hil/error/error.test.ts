import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { codes } from './codes.ts';
import { formatError, hex } from './format-error.ts';
import { HilError, isHilError } from './hil-error.ts';
import { adviceFor, hints } from './hints.ts';

const hilFolder = fileURLToPath(new URL('..', import.meta.url));

/** Codes that source files throw: as the first argument of HilError, or as a `code:` option of a wait. */
function codesIn(source: string): readonly number[] {
  const thrown = source.matchAll(/new HilError\(\s*(\d+)/g);
  const options = source.matchAll(/\bcode: ([1-6]\d\d)\b/g);
  return [...thrown, ...options].map((match) => Number(match[1]));
}

const sources = readdirSync(hilFolder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('virtual/'))
  .map((path) => ({ path, text: readFileSync(join(hilFolder, path), 'utf8') }));

describe('the table of codes', () => {
  test('lists every code that is thrown in the tree', () => {
    const missing = sources.flatMap(({ path, text }) =>
      codesIn(text)
        .filter((code) => !(code in codes))
        .map((code) => `${path}: ${code}`),
    );
    expect(missing).toEqual([]);
  });

  test('the search for thrown codes finds them', () => {
    expect(codesIn("throw new HilError(\n  304, 'x'); until(l, 'x', p, { code: 290 })")).toEqual([304, 290]);
    expect(sources.flatMap(({ text }) => codesIn(text)).length).toBeGreaterThan(5);
  });

  test.each(Object.entries(codes))('%s is in a range of the design and has a meaning of one line', (code, meaning) => {
    expect(Number(code)).toBeGreaterThanOrEqual(100);
    expect(Number(code)).toBeLessThan(700);
    expect(meaning).toMatch(/^[^\n]{10,120}$/);
  });
});

describe('hints', () => {
  test.each(hints.map((hint) => [hint.code, hint.advice] as const))(
    '%i: is for a listed code and is a sentence',
    (code, advice) => {
      expect(code in codes).toBe(true);
      expect(advice).toMatch(/[.?]$/);
    },
  );

  test('depend on the context where they have a condition', () => {
    expect(adviceFor(new HilError(202, 'busy', { context: { holders: [] } }))).toEqual([]);
    expect(adviceFor(new HilError(202, 'busy', { context: { holders: ['minicom (pid 12)'] } }))).toHaveLength(1);
  });
});

describe('formatError', () => {
  test('shows sentence, advice, context and causes', () => {
    const cause = new Error('spawn ENOENT');
    const text = formatError(
      new HilError(455, 'OPTR write would set RDP level 2', {
        cause,
        context: { address: 0x4002_2020, tookMs: 12, sent: [0x31, 0xce] },
      }),
    );
    expect(text.split('\n')).toEqual([
      'OPTR write would set RDP level 2  [HIL-455]',
      'Try: there is no permission for level 2, on purpose. Use a value other than 0xCC.',
      '  address: 0x4002_2020',
      '  tookMs: 12',
      '  sent: 31 ce',
      'Caused by: spawn ENOENT',
    ]);
  });

  test('leaves other errors with their stack', () => {
    expect(formatError(new TypeError('x'))).toMatch(/^TypeError: x\n\s+at /);
  });
});

test.each([
  [0x79, '0x79'],
  [0x460, '0x0460'],
  [0x0800_0000, '0x0800_0000'],
  [0xffff_ffff, '0xFFFF_FFFF'],
])('hex(%i) is %s', (value, text) => {
  expect(hex(value)).toBe(text);
});

describe('an error is known as ours', () => {
  test('also where it comes from another realm, whose Error is another one', () => {
    const foreign: unknown = runInNewContext("Object.assign(new Error('no byte'), { name: 'HilError', code: 303 })");
    expect([foreign instanceof Error, isHilError(foreign)]).toEqual([false, true]);
  });

  test('but not by a code alone, as the errors of Node have it', () => {
    expect([
      isHilError(Object.assign(new Error('x'), { code: 303 })),
      isHilError({ name: 'HilError' }),
      isHilError('HilError'),
    ]).toEqual([false, false, false]);
  });
});
