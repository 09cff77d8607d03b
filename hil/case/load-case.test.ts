import { describe, expect, test } from '@jest/globals';
import { loadCaseNamed, parseCase, stepOf } from './load-case.ts';

/** A case file that is right; each test spoils one line of it. */
const RIGHT = `title: An example
catalogue: [S3]
chips: [STM32L476RG]
symptom: it comes back
report: it jumps
cause: { says: an even address, rule: even-address, confidence: B, provenance: reported, source: a thread }
observations:
  - { id: O1, title: what answers, reads: jump.what }
steps: [flash, jump]
variants:
  - { name: as posted, role: reported, program: posted, expect: { jump.what: silent } }
  - { name: cured, role: fixed, program: fixed, settings: { start.vtor: unset }, expect: { jump.what: rom, core.vtor: 0x1FFF_0000 } }
`;
const load = (text: string) => parseCase(text, '/cases/l476-example.yaml');
const spoilt = (from: string, to: string) => () => {
  expect(RIGHT).toContain(from);
  return load(RIGHT.replace(from, to));
};

describe('a case file', () => {
  test('is called as its file, its programs lie in a folder of that name', () => {
    const kase = load(RIGHT);
    expect(kase.id).toBe('l476-example');
    expect(kase.variants.map(({ image }) => image)).toEqual(['l476-example/posted', 'l476-example/fixed']);
  });

  test('gives each variant the steps of the case and the confidence of its cause', () => {
    const [posted] = load(RIGHT).variants;
    expect(posted).toMatchObject({ steps: [{ verb: 'flash' }, { verb: 'jump' }], confidence: 'B' });
  });

  test('may write addresses with underscores', () => {
    expect(load(RIGHT).variants[1]?.expect['core.vtor']).toBe(0x1fff_0000);
  });

  test('may write a step with what it takes as a map or in a line', () => {
    expect(stepOf('go vector-table')).toEqual({ verb: 'go', args: 'vector-table' });
    expect(stepOf({ go: 'vector-table' })).toEqual({ verb: 'go', args: 'vector-table' });
  });
});

describe('a mistake in a case file is told with its line:', () => {
  test.each([
    ['a step that there is none', 'steps: [flash, jump]', 'steps: [flash, jum]', /no step is called "jum".*jump/],
    [
      'a step with what it does not take',
      '[flash, jump]',
      '[flash, { go: nowhere }]',
      /the step "go" does not take this/,
    ],
    ['a reading that no step leaves', 'reads: jump.what', 'reads: jump.wat', /no step reads "jump\.wat".*jump\.what/],
    ['a part that is not known', 'chips: [STM32L476RG]', 'chips: [STM32L477RG]', /no part is called "STM32L477RG"/],
    ['a setting', 'start.vtor: unset', 'start.votr: unset', /no setting "start\.votr".*start\.vtor/],
    ['a value of a setting', 'start.vtor: unset', 'start.vtor: off', /"start\.vtor" is one of/],
    ['a word', 'symptom:', 'symptoms:', /symptom/],
    ['two variants of one name', 'name: cured', 'name: as posted', /variant "as posted" is there already/],
    ['a demand that demands nothing', ', expect: { jump.what: silent }', '', /`expect` is missing/],
  ])('%s', (_, from, to, says) => {
    expect(spoilt(from, to)).toThrow(says);
    expect(spoilt(from, to)).toThrow(/l476-example\.yaml:\d+:\d+/);
  });
});

describe('defect and cure', () => {
  test('must both be there', () => {
    expect(spoilt('role: fixed', 'role: control')).toThrow(/needs a variant `reported` and a variant `fixed`/);
  });

  test('must not look the same: a defect that nothing tells from its cure is refused', () => {
    expect(spoilt('expect: { jump.what: silent }', 'expect: { jump.what: rom }')).toThrow(
      /"as posted" contradicts what is expected of no variant `fixed`/,
    );
  });

  test('must not look the same: nor may a cure be one that shows what the defect shows', () => {
    const second = '  - { name: another cure, role: fixed, program: other, expect: { jump.what: silent } }\n';
    expect(() => load(RIGHT + second)).toThrow(
      /"another cure" contradicts what is expected of no variant `reported` or `control`/,
    );
  });
});

describe('where no cause is known', () => {
  const open = RIGHT.replace(/^cause:.*\n/m, '').replace(/role: (reported|fixed)/g, 'role: measured');

  test('there are hypotheses, or the file is refused', () => {
    expect(() => load(open)).toThrow(/a case has a `cause`, or `hypotheses`/);
  });

  test('each names variants that there are', () => {
    const with_ = (name: string) => `${open}hypotheses:\n  - { id: h1, says: a guess, variants: [${name}] }\n`;
    expect(load(with_('cured')).hypotheses[0]?.variants).toEqual(['cured']);
    expect(() => load(with_('curd'))).toThrow(/no variant is called "curd".*cured/);
  });

  test('an expectation that names no confidence is a guess', () => {
    const kase = load(`${open}hypotheses:\n  - { id: h1, says: a guess, variants: [cured] }\n`);
    expect(kase.variants.map(({ confidence }) => confidence)).toEqual(['D', 'D']);
  });
});

test('a case is found by its name, and a name that is nearly right is put right', () => {
  expect(loadCaseNamed('fixtures/cases', 'g070-go-vtor').id).toBe('g070-go-vtor');
  expect(() => loadCaseNamed('fixtures/cases', 'missing-deref')).toThrow(/did you mean "l476-missing-dereference"/);
});

describe('a case that is listed and not run', () => {
  const LISTED = `title: An example
catalogue: [N22]
not_testable: { parts: STM32F42x, why: no board here has the part, look: [docs/dfu.md] }
symptom: it does nothing
report: it erases
cause: { says: the ROM says that it did, confidence: A, provenance: documented, source: AN2606 }
`;

  test('has neither parts nor variants, and says where there is more', () => {
    expect(load(LISTED)).toMatchObject({ chips: [], variants: [], not_testable: { look: ['docs/dfu.md'] } });
  });

  test('cannot have variants: they would look as if they were run', () => {
    expect(() => load(`${LISTED}steps: [flash]\n`)).toThrow(/`not_testable` has no `steps`/);
  });

  test('is the only one without parts and variants', () => {
    expect(() => load(LISTED.replace(/not_testable.*\n/, ''))).toThrow(
      /`chips` is missing[\s\S]*`variants` is missing/,
    );
  });
});
