import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Case, Expectations } from './case.ts';
import { contradictions } from './judge.ts';
import { loadCases } from './load-case.ts';

const cases = loadCases('fixtures/cases');

/** Reports that the cases are there for. */
const WANTED = [
  ...['S1', 'S2', 'S3', 'S4', 'S5'],
  ...['N1', 'N2', 'N3', 'N4', 'N5', 'N6', 'N7', 'N8', 'N9', 'N10', 'N11', 'N12'],
  ...[
    'N15',
    'N16',
    'N17',
    'N18',
    'N20',
    'N21',
    'N23',
    'N24',
    'N28',
    'N29',
    'N30',
    'N32',
    'N33',
    'N38',
    'N39',
    'N40',
    'S6',
  ],
];

/** Wanted, and not there: why. docs/cases.md says the same. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  N21: /no part here has core-coupled memory/,
};

/** Of parts and ends that are not here: listed and never run, with what the project does about them. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = {
  N22: /475/,
  N25: /CLRSTATUS/,
  N26: /CLRSTATUS/,
  N27: /read back/,
  N31: /udev/,
  N36: /OSC_IN/,
};

/** These show on USB, or there most: a case of theirs says so in its text. */
const SHOWS_ON_USB = ['N1', 'N3', 'N24', 'S4'];

function covering(id: string): readonly Case[] {
  return cases.filter(({ catalogue }) => catalogue.includes(id));
}

describe('the catalogue', () => {
  test.each(WANTED.filter((id) => LEFT_OUT[id] === undefined))('has a case for %s', (id) => {
    expect(covering(id).map((kase) => kase.id)).not.toEqual([]);
  });

  test.each(Object.entries(LEFT_OUT))('says why %s has none', (id, why) => {
    expect(covering(id)).toEqual([]);
    const doc = readFileSync('docs/cases.md', 'utf8');
    expect(doc).toContain(`**${id}**`);
    expect(doc.replace(/\s+/g, ' ')).toMatch(why);
  });

  test.each(Object.keys(ELSEWHERE))('%s is to be found, says why it is not run, and where there is more', (id) => {
    const [kase] = covering(id);
    expect(kase?.not_testable?.why).toEqual(expect.any(String));
    expect(kase?.not_testable?.look.join(' ')).toMatch(ELSEWHERE[id] as RegExp);
    for (const [path] of (kase?.not_testable?.look.join(' ') ?? '').matchAll(/(?:docs|hil)\/[\w/.-]+\.(?:md|ts)/g)) {
      expect(existsSync(path)).toBe(true);
    }
  });

  test('names no report that nobody has listed', () => {
    const listed = [...WANTED, ...Object.keys(ELSEWHERE)];
    expect(cases.flatMap(({ catalogue }) => catalogue).filter((id) => !listed.includes(id))).toEqual([]);
  });

  test.each(SHOWS_ON_USB)('%s is told to lie on USB in a case of its own', (id) => {
    const texts = covering(id).map((kase) => [kase.note, kase.label, kase.cause?.says, kase.symptom].join(' '));
    expect(texts.filter((text) => /\bUSB\b/.test(text))).not.toEqual([]);
  });
});

describe('defect and cure', () => {
  const known = cases.filter(({ cause, not_testable: elsewhere }) => cause !== undefined && elsewhere === undefined);
  const expectationsOf = (kase: Case, role: string): readonly Expectations[] =>
    kase.variants.filter((variant) => variant.role === role).map((variant) => variant.expect);

  test.each(known.map((kase) => [kase.id, kase] as const))(
    'of %s cannot look the same, whichever is taken',
    (_, kase) => {
      const [reported, fixed] = [expectationsOf(kase, 'reported'), expectationsOf(kase, 'fixed')];
      const nearMisses = expectationsOf(kase, 'control');
      expect(reported).not.toEqual([]);
      expect(fixed).not.toEqual([]);
      const turned = (from: Expectations, to: readonly Expectations[]) =>
        to.some((other) => contradictions(from, other).length > 0);
      expect(reported.every((defect) => turned(defect, fixed))).toBe(true);
      expect(fixed.every((cure) => turned(cure, [...reported, ...nearMisses]))).toBe(true);
    },
  );

  test('is a pair on each part that a case has a cure for', () => {
    // A cure that runs on a part where the defect is not shown, or the other way about, turns nothing there.
    const lonely = known.flatMap((kase) =>
      kase.chips.flatMap((chip) => {
        const roles = kase.variants
          .filter(({ chips }) => chips === undefined || chips.includes(chip))
          .map(({ role }) => role)
          .filter((role) => role === 'reported' || role === 'fixed');
        return new Set(roles).size === 1 ? [`${kase.id} on ${chip}: only ${roles[0]}`] : [];
      }),
    );
    expect(lonely).toEqual([]);
  });

  test('a case without a cause has hypotheses, and calls no variant reported or fixed', () => {
    const open = cases.filter(({ cause }) => cause === undefined);
    expect(open.map(({ id }) => id)).toEqual([
      'c071-erase-fails',
      'c071-erase-fails-usart',
      'f411-zephyr-does-not-enumerate',
    ]);
    for (const kase of open) {
      expect(kase.hypotheses).not.toEqual([]);
      expect(kase.variants.filter(({ role }) => role === 'reported' || role === 'fixed')).toEqual([]);
    }
  });
});
