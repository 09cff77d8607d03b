import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SweepRow } from '../diagnose/sweep-row.ts';
import { beginJournal, readJournal, resumeJournal, type SweepHeader } from './journal.ts';

const header: SweepHeader = {
  board: 'nucleo-g070rb',
  kind: 'virtual',
  chip: 'STM32G070RB',
  romId: 0xb4,
  application: 'abc',
  factors: [{ factor: 'jump.primask', values: ['enabled', 'disabled'] }],
  ops: ['enter', 'go'],
  seed: 1,
  full: false,
};
const row = (n: number, more: Partial<SweepRow> = {}): SweepRow => ({
  n,
  set: { 'jump.primask': 'disabled' },
  why: 'alone',
  ops: ['enter', 'go'],
  seen: { enter: { verdict: 'done', signature: '' }, go: { verdict: 'silent', signature: 'in Error_Handler' } },
  ms: 500,
  ...more,
});

describe('the journal of a sweep', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sweep-'));
    path = join(folder, 'deeper', 'nucleo-g070rb.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gives back what was written, also of a row that is no result', () => {
    const journal = beginJournal(path, header);
    const rows = [row(1), row(2, { seen: {}, fault: 'the probe was gone' })];
    for (const one of rows) journal.append(one);
    expect(readJournal(path)).toMatchObject({ header, rows });
  });

  test('is gone on with where it ended', () => {
    beginJournal(path, header).append(row(1));
    const journal = resumeJournal(path, header);
    expect(journal.rows).toEqual([row(1)]);
    journal.append(row(2));
    expect(readJournal(path).rows.map(({ n }) => n)).toEqual([1, 2]);
  });

  test('loses no more than the line that a crash cut off', () => {
    const journal = beginJournal(path, header);
    journal.append(row(1));
    appendFileSync(path, JSON.stringify(row(2)).slice(0, 30));
    resumeJournal(path, header).append(row(2, { why: 'again' }));
    expect(readJournal(path).rows).toEqual([row(1), row(2, { why: 'again' })]);
  });

  test.each([
    { what: 'another ROM', other: { romId: 0xb2 }, words: /romId was 178, is 180/ },
    { what: 'another seed', other: { seed: 2 }, words: /seed was 2, is 1/ },
    { what: 'another application', other: { application: 'def' }, words: /application was "def", is "abc"/ },
    { what: 'other operations', other: { ops: ['enter' as const] }, words: /ops was \["enter"\]/ },
  ])('of $what is refused, and left as it is', ({ other, words }) => {
    beginJournal(path, { ...header, ...other }).append(row(1));
    const before = readFileSync(path, 'utf8');
    expect(() => resumeJournal(path, header)).toThrow(
      expect.objectContaining({ code: 661, message: expect.stringMatching(words) }),
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test.each([
    { what: 'is not there', text: undefined, words: /it is not there/ },
    { what: 'is no journal', text: '{"sweep":2}\n', words: /line 1: / },
    { what: 'has a line that is no row', text: undefined, line: '{"n":"one"}\n', words: /line 2: / },
    { what: 'has a line that is not JSON', text: undefined, line: 'row 2\n', words: /line 2 is not JSON/ },
  ])('that $what is refused with the line', ({ text, line, words }) => {
    if (line !== undefined) {
      beginJournal(path, header);
      appendFileSync(path, line);
    }
    const file = text === undefined ? path : join(folder, 'other.jsonl');
    if (text !== undefined) writeFileSync(file, text);
    expect(() => resumeJournal(file, header)).toThrow(
      expect.objectContaining({ code: 662, message: expect.stringMatching(words) }),
    );
  });

  test('begun anew keeps the old one beside it', () => {
    beginJournal(path, header).append(row(1));
    beginJournal(path, header);
    expect(readJournal(path).rows).toEqual([]);
    const previous = path.replace('.jsonl', '.previous.jsonl');
    expect(existsSync(previous)).toBe(true);
    expect(readJournal(previous).rows).toEqual([row(1)]);
  });
});
