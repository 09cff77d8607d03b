import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Matcher, Reading } from './case.ts';
import { contradict, contradictions, judge, matches, showMatcher, showReading } from './judge.ts';

describe('an expectation', () => {
  test.each<[Matcher, Reading, boolean]>([
    ['rom', 'rom', true],
    ['rom', 'application', false],
    [15, 15, true],
    [{ not: 'rom' }, 'silent', true],
    [{ not: 'rom' }, 'rom', false],
    [{ not: { has: 'SFTRSTF' } }, ['PINRSTF'], true],
    [{ has: 'SFTRSTF' }, ['PINRSTF', 'SFTRSTF'], true],
    [{ has: 'SFTRSTF' }, ['PINRSTF'], false],
    [{ hasNot: 'SFTRSTF' }, ['PINRSTF'], true],
    [{ hasNot: 'SFTRSTF' }, ['SFTRSTF'], false],
    [{ oneOf: ['refused', 'silent'] }, 'silent', true],
    [{ oneOf: ['refused', 'silent'] }, 'done', false],
    [{ min: 1 }, 1, true],
    [{ min: 1, max: 3 }, 4, false],
    [{ max: 3 }, 3, true],
    [{ max: 3 }, 'rom', false],
  ])('%j of %j holds: %s', (matcher, reading, holds) => {
    expect(matches(matcher, reading)).toBe(holds);
  });

  test('never holds for what was not observed, not even as a negation', () => {
    expect(matches({ not: 'rom' }, undefined)).toBe(false);
    expect(matches({ hasNot: 'SFTRSTF' }, undefined)).toBe(false);
  });

  test('is held against the reading of its name', () => {
    expect(judge({ 'jump.what': 'rom', 'core.ipsr': 0 }, { 'jump.what': 'rom', 'core.ipsr': 3 })).toEqual([
      { name: 'jump.what', expected: 'rom', seen: 'rom', ok: true },
      { name: 'core.ipsr', expected: 0, seen: 3, ok: false },
    ]);
  });
});

describe('two expectations contradict each other', () => {
  test.each<[Matcher, Matcher, boolean]>([
    ['rom', 'application', true],
    ['rom', 'rom', false],
    ['rom', { not: 'rom' }, true],
    ['silent', { not: 'rom' }, false],
    [{ has: 'SFTRSTF' }, { hasNot: 'SFTRSTF' }, true],
    [{ has: 'SFTRSTF' }, { hasNot: 'PINRSTF' }, false],
    [{ oneOf: ['a', 'b'] }, { oneOf: ['c'] }, true],
    [{ oneOf: ['a', 'b'] }, { oneOf: ['b', 'c'] }, false],
    [{ min: 5 }, { max: 4 }, true],
    [{ min: 5 }, { max: 5 }, false],
    [{ not: 'rom' }, { not: 'silent' }, false],
  ])('%j and %j: %s', (a, b, wanted) => {
    expect([contradict(a, b), contradict(b, a)]).toEqual([wanted, wanted]);
  });

  const value = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('rom', 'silent'));
  const matcher: fc.Arbitrary<Matcher> = fc.oneof(
    value,
    value.map((not) => ({ not })),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
    fc.tuple(fc.nat(4), fc.nat(4)).map(([min, more]) => ({ min, max: min + more })),
  );

  test('only if no reading holds for both', () => {
    fc.assert(
      fc.property(matcher, matcher, value, (a, b, reading) => {
        if (contradict(a, b)) expect(matches(a, reading) && matches(b, reading)).toBe(false);
      }),
    );
  });

  test('by the names of the readings in which they do', () => {
    expect(
      contradictions({ 'jump.what': 'silent', 'core.ipsr': 3 }, { 'jump.what': 'rom', 'core.ipsr': 3, 'rom.id': 1 }),
    ).toEqual(['jump.what']);
  });
});

describe('as a person reads it', () => {
  test.each<[string, Reading | undefined, string]>([
    ['core.pc', 0x1fff_0004, '0x1FFF_0004'],
    ['core.msp', 0x2000_30d0, '0x2000_30D0'],
    ['core.vtor', 0, '0x0000_0000'],
    ['register.RCC_CFGR', 0x12, '0x0000_0012'],
    ['boot.nvic_ispr', 4, '0x0000_0004'],
    ['boot.primask', 1, '1'],
    ['rom.id', 0x92, '0x92'],
    ['core.ipsr', 15, '15'],
    ['core.ipsr.2', 15, '15'],
    ['app.starts', 2, '2'],
    ['rom.answers', true, 'yes'],
    ['reset.flags', [], 'none'],
    ['reset.flags', ['PINRSTF', 'SFTRSTF'], 'PINRSTF, SFTRSTF'],
    ['fault.pc', undefined, 'not observed'],
  ])('%s = %j is %s', (name, reading, text) => {
    expect(showReading(name, reading)).toBe(text);
  });

  test.each<[Matcher, string]>([
    [{ not: { has: 'SFTRSTF' } }, 'not with SFTRSTF'],
    [{ oneOf: ['refused', 'silent'] }, 'refused or silent'],
    [{ min: 1 }, 'at least 1'],
    [{ max: 3 }, 'at most 3'],
    [{ min: 1, max: 3 }, '1 to 3'],
  ])('%j is %s', (matcher, text) => {
    expect(showMatcher('app.starts', matcher)).toBe(text);
  });
});
