import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isHilError } from '../error/hil-error.ts';
import { didYouMean, editDistance } from '../error/yaml-problems.ts';
import { loadRig, parseRig } from './load-rig.ts';

function messageOf(text: string): string {
  try {
    parseRig(text, '/rigs/bench.yaml');
  } catch (error) {
    if (isHilError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const real = (more = '') => `boards:
  - name: one
    chip: STM32G070RB
    probe: { serial: "066EFF303435554157104527" }
    ports: { usart: /dev/ttyACM0 }
${more}`;

describe('a rig file', () => {
  test('gives a virtual board its ROM, and no permission that it does not name', () => {
    const rig = parseRig(
      'boards:\n  - { name: v, chip: nucleo-g070rb, virtual: { rom: 0xB3, blank: true }, permissions: { erase: pages } }',
      '/r.yaml',
    );
    expect(rig.boards).toEqual([
      {
        kind: 'virtual',
        name: 'v',
        chip: 'STM32G070RB',
        romId: 0xb3,
        blank: true,
        seed: 1,
        permissions: { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
      },
    ]);
  });

  test('gives a real board no permission at all by default', () => {
    expect(parseRig(real(), '/r.yaml').boards[0]).toMatchObject({
      kind: 'real',
      power: 'none',
      permissions: { erase: 'none', write_protection: false, option_bytes: false, rdp1: false },
    });
  });

  test.each(['rigs/virtual.yaml', 'rigs/lab.example.yaml'])('%s is right', (path) => {
    expect(loadRig(path).boards.length).toBeGreaterThan(0);
  });

  test('that ships for the lab permits page erase and nothing else', () => {
    expect(loadRig('rigs/lab.example.yaml').boards.map((board) => board.permissions)).toEqual([
      { erase: 'pages', write_protection: false, option_bytes: false, rdp1: false },
    ]);
  });

  test('that is not there is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rig-'));
    try {
      expect(() => loadRig(join(folder, 'no.yaml'))).toThrow(/no\.yaml cannot be read {2}\[HIL-610\]/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a mistake in a rig file', () => {
  test('is shown as file, line and column, with the line and a caret under the place', () => {
    const lines = messageOf(real().replace('chip: STM32G070RB', 'chip: STM32G070RX')).split('\n');
    expect(lines.slice(1, 4)).toEqual([
      expect.stringMatching(
        /bench\.yaml:3:11 {2}boards\.0\.chip: no part is called "STM32G070RX"; did you mean "STM32G070RB"\?$/,
      ),
      '    3 |     chip: STM32G070RX',
      '      |           ^',
    ]);
  });

  test.each([
    ['an unknown key', real('    prots: {}\n'), /:6:5 {2}boards\.0: unknown key "prots"; did you mean "ports"\?/],
    ['a nested unknown key', real('    permissions: { earse: pages }\n'), /:6:20 {2}.*"earse"; did you mean "erase"\?/],
    [
      'a wrong word',
      real('    permissions: { erase: all }\n'),
      /:6:27 {2}boards\.0\.permissions\.erase: .*"none"\|"pages"\|"mass"/,
    ],
    [
      'an unquoted serial',
      real().replace(/"\d.*?"/, '123456789012'),
      /:4:22 {2}boards\.0\.probe\.serial: an ST-Link serial must be in quotes/,
    ],
    ['a short serial', real().replace(/"066.*?"/, '"066E"'), /an ST-Link serial has 24 characters/],
    ['a relative port', real().replace('/dev/ttyACM0', 'COM3'), /boards\.0\.ports\.usart: a port is an absolute path/],
    [
      'neither virtual nor real',
      'boards:\n  - { name: a, chip: STM32G070RB }',
      /:2:13 {2}.*either `virtual`, or `probe` and `ports`/,
    ],
    ['both virtual and real', real('    virtual: { rom: 1 }\n'), /either virtual or reached by a probe/],
    ['no boards', 'boards: []', /a rig has at least one board/],
    ['a permission that does not exist', real('    permissions: { rdp2: true }\n'), /unknown key "rdp2"/],
    ['YAML that is none', 'boards:\n  - name: a\n chip: b\n', /bench\.yaml:3:\d/],
    [
      'a skip of a board that is not there',
      real('allow_skips:\n  - { board: two, reason: broken }\n'),
      /no board is named "two"; there are one/,
    ],
  ])('%s is told at its place', (_what, text, expected) => {
    expect(messageOf(text)).toMatch(expected);
    expect(messageOf(text)).toMatch(/^611 /);
  });

  test('a name used twice points to its first use', () => {
    const virtual = (name: string) => `  - { name: ${name}, chip: STM32G070RB, virtual: { rom: 0xB4 } }\n`;
    expect(messageOf(`boards:\n${virtual('a')}${virtual('a')}`)).toMatch(
      /:3:13 {2}boards\.1\.name: .*already used by boards\[0\]/,
    );
  });

  test('a probe used twice points to its first use', () => {
    const second = real().replace('boards:\n', '').replace('name: one', 'name: two');
    expect(messageOf(real() + second)).toMatch(/boards\.1\.probe\.serial: .*already used by boards\[0\]/);
  });

  test('is one of several: all are shown at once', () => {
    const text = real('    permissions: { erase: all, rdp2: true }\n');
    expect(messageOf(text)).toMatch(/has 2 mistakes/);
  });
});

describe('did you mean', () => {
  test('stays silent when nothing is near', () => {
    expect(didYouMean('voltage', ['ports', 'probe'])).toBe('');
  });

  test('counts edits like a metric', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
