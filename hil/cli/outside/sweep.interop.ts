import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { execa } from 'execa';
import { entryRow } from '../../chip/entry-table.ts';
import { keyOf, type SweepOp } from '../../diagnose/sweep-row.ts';
import { hilCommand, packageRoot } from '../../rig/paths.ts';
import { readJournal } from '../../sweep/journal.ts';
import type { Matrix } from '../../sweep/matrix.ts';
import type { SweepReport } from '../../sweep/write-sweep.ts';
import { makeProject, type Project } from './project.ts';

/** Dozens of jumps. */
jest.setTimeout(300_000);

const EVERYTHING = '{ erase: mass, write_protection: true, option_bytes: true, rdp1: true }';
const rigOf = (chip: string, rom: number): string =>
  `boards:\n  - name: one\n    chip: ${chip}\n    virtual: { rom: ${rom}, seed: 5 }\n    permissions: ${EVERYTHING}\n`;

let project: Project;
afterEach(() => project.remove());

const argsOf = (words: readonly string[]): readonly string[] => [
  'sweep',
  '--board',
  'one',
  '--rig',
  join(project.folder, 'rig.yaml'),
  '--reports',
  join(project.folder, 'reports'),
  ...words,
];
const file = (ending: string): string => join(project.folder, 'reports/sweep', `one.${ending}`);

/** What a sweep found, by the file that it writes. */
async function sweep(chip: string, rom: number, words: readonly string[]) {
  project = makeProject({}, rigOf(chip, rom));
  const { code, text } = await project.hil(argsOf(words));
  expect({ code, text: code === 0 ? '' : text }).toEqual({ code: 0, text: '' });
  const report = JSON.parse(readFileSync(file('json'), 'utf8')) as SweepReport & { readonly matrix: Matrix };
  const findings = (op: SweepOp) => report.analysis.findings.find((one) => one.op === op);
  return {
    report,
    text,
    findings,
    sets: (op: SweepOp) => (findings(op)?.sets ?? []).map(({ set }) => keyOf(set)).sort(),
  };
}

describe('a sweep finds, by what runs show alone,', () => {
  test('what keeps a G070 from its ROM, what breaks GO, and what cures that', async () => {
    const { sets, findings, report } = await sweep('STM32G070RB', 0xb4, [
      '--factors',
      'jump.target',
      'jump.table',
      'jump.mem_mode',
      'jump.thread',
      'start.vtor',
      'start.clock',
      'start.rcc',
    ]);
    // The rules of the core (Armv6-M A4.1.1, B1.4.4), and reading the table at 0 where something else is mapped.
    expect(sets('enter')).toEqual([
      'jump.mem_mode=keep jump.table=zero',
      'jump.mem_mode=main jump.table=zero',
      'jump.mem_mode=sram jump.table=zero',
      'jump.target=table',
      'jump.target=table-thumb',
      'jump.target=vector-even',
      'jump.thread=psp-unprivileged',
    ]);
    for (const op of ['read', 'erase', 'write'] as const) expect(sets(op)).toEqual([]);
    // Case S1: VTOR left on the ROM, and the PLL left as SYSCLK.
    expect(sets('go')).toEqual(['start.clock=fast', 'start.vtor=unset']);
    expect(findings('go')?.sets.find(({ set }) => set['start.clock'] === 'fast')?.unless).toEqual([
      { 'start.rcc': 'reset' },
    ]);
    expect(report.rows.filter(({ fault }) => fault !== undefined)).toEqual([]);
    for (const ending of ['svg', 'md', 'csv']) expect(existsSync(file(ending))).toBe(true);
  });

  test('that an L476 needs system memory mapped at 0', async () => {
    const { sets } = await sweep('STM32L476RG', 0xa3, [
      '--factors',
      'jump.mem_mode',
      'jump.syscfg_clock',
      'jump.target=vector-even',
      '--ops',
      'enter',
    ]);
    expect(entryRow('STM32L476RG', 0xa3)?.needsRemap).toBe(true);
    expect(sets('enter')).toEqual([
      'jump.mem_mode=keep',
      'jump.mem_mode=main',
      'jump.mem_mode=sram',
      'jump.syscfg_clock=off',
      'jump.target=vector-even',
    ]);
  });

  test('that nothing in the handover keeps an L011 in its ROM', async () => {
    const { findings, text } = await sweep('STM32L011K4', 0xc3, [
      '--factors',
      'jump.mem_mode',
      'jump.vtor',
      'jump.target=vector-even',
      'jump.via',
    ]);
    expect(entryRow('STM32L011K4', 0xc3)?.jump).toBe('returns');
    expect(findings('enter')).toMatchObject({ turns: 'cures', base: { verdict: 'returned' }, sets: [] });
    expect(findings('enter')?.otherwise).toMatchObject([
      { value: { factor: 'jump.target', value: 'vector-even' }, seen: { verdict: 'silent' } },
    ]);
    expect(text).toMatch(/enter: fails after the good handover .* nothing that was changed in the handover decides it/);
  });
});

test('a sweep that is ended by a signal leaves a journal, goes on with it, and refuses that of another sweep', async () => {
  project = makeProject({}, rigOf('STM32G070RB', 0xb4));
  const words = ['--factors', 'jump.primask', 'jump.target', 'jump.vtor', '--ops', 'enter,read'];
  const child = execa(process.execPath, [hilCommand(), ...argsOf(words)], {
    cwd: packageRoot(),
    reject: false,
    all: true,
    env: { NODE_OPTIONS: '', HIL_SESSION: undefined, HIL_FORBID_SKIPS: undefined, JEST_WORKER_ID: undefined },
  });
  const rows = (): number =>
    existsSync(file('jsonl')) ? readFileSync(file('jsonl'), 'utf8').split('\n').length - 2 : 0;
  while (rows() < 4 && child.exitCode === null) await new Promise((next) => setTimeout(next, 100));
  child.kill('SIGINT');
  const { exitCode, all } = await child;
  expect(exitCode).toBe(3);
  expect(all).toMatch(/the same command with --resume goes on with them/);
  const before = readJournal(file('jsonl')).rows;
  expect(before.length).toBeGreaterThanOrEqual(4);

  const other = await project.hil([...argsOf(words), '--resume', '--seed', '2']);
  expect(other.text).toMatch(/is the journal of another sweep: seed was 1, is 2/);
  expect(other.code).toBe(2);

  const resumed = await project.hil([...argsOf(words), '--resume']);
  expect(resumed.code).toBe(0);
  const after = readJournal(file('jsonl')).rows;
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length).toBeGreaterThan(before.length);
});

test.each([
  { words: ['--factors', 'jump.colour'], says: /no setting 'jump.colour'/ },
  { words: ['--ops', 'enter,dance'], says: /no operation is called 'dance'/ },
  { words: ['--seed', 'one'], says: /--seed takes a whole number, not 'one'/ },
  { words: ['--full'], says: /the sweep has \d+ combinations, more than the 2000 of --max-rows/ },
])('$words is a mistake of usage, told before anything is run', async ({ words, says }) => {
  project = makeProject({}, rigOf('STM32G070RB', 0xb4));
  const { code, text } = await project.hil(argsOf(words));
  expect(text).toMatch(says);
  expect(code).toBe(2);
  expect(existsSync(file('jsonl'))).toBe(false);
});
