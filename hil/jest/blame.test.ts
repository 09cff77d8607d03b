import { expect, test } from '@jest/globals';
import { HilError } from '../error/hil-error.ts';
import { blameOf } from './blame.ts';

const expectation = Object.assign(new Error('expected 1, got 2'), { matcherResult: { pass: false } });
const rig = new HilError(231, 'no OpenOCD', { blame: 'rig' });
const firmware = new HilError(423, 'no start', { blame: 'firmware' });

test.each([
  ['a failed expectation speaks of the firmware', [expectation], 'firmware'],
  ['any other error speaks of the test', [new TypeError('undefined is not a function')], 'test'],
  ['an error of ours says it itself', [firmware], 'firmware'],
  ['a rig fault explains whatever failed with it', [expectation, rig], 'rig'],
  ['no error tells nothing', [], 'unknown'],
])('%s', (_what, errors, blame) => {
  expect(blameOf(errors)).toBe(blame);
});
