import { expect, test } from '@jest/globals';
import { HilError } from '../error/hil-error.ts';
import { exitCodeOf } from './exit-code-of.ts';

test.each([
  ['a rig file with a mistake', new HilError(611, 'x'), 2],
  ['a board that another process holds', new HilError(502, 'x'), 4],
  ['virtual boards that do not start', new HilError(240, 'x'), 3],
  ['a broken probe', new HilError(237, 'x'), 3],
  ['a mistake of ours', new TypeError('x'), 3],
])('%s ends hil with its code', (_what, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
