import { expect, test } from '@jest/globals';
import { readPatience } from './patience.ts';

test('a test has its usual time if nothing is said', () => {
  expect(readPatience(undefined)).toBe(1);
});

test.each([
  ['1', 1],
  ['2.5', 2.5],
  ['20', 20],
])('%s is a factor', (text, factor) => {
  expect(readPatience(text)).toBe(factor);
});

test.each(['', ' ', '0', '0.5', '21', 'long', '-3', 'NaN'])("'%s' is told to be none", (text) => {
  expect(() => readPatience(text)).toThrow(`patience is a factor from 1 to 20, not '${text}'`);
});
