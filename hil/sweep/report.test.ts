import { describe, expect, test } from '@jest/globals';
import { analyseSweep } from '../diagnose/sweep-analysis.ts';
import { type Deviation, keyOf, type SweepOp, type SweepRow } from '../diagnose/sweep-row.ts';
import type { Levels } from './covering-array.ts';
import { type Rules, sweepImagined } from './imagined-board.ts';
import type { SweepHeader } from './journal.ts';
import { matrixOf } from './matrix.ts';
import { matrixSvg } from './matrix-svg.ts';
import { matrixText } from './matrix-text.ts';
import { suspects } from './plan.ts';
import { durationText, sweepProgress } from './progress.ts';
import { sentencesOf } from './sentences.ts';
import { sweepCsv, sweepMarkdown } from './write-sweep.ts';

const factors: readonly Levels[] = [
  { factor: 'jump.target', values: ['vector', 'vector-even'] },
  { factor: 'jump.mem_mode', values: ['system', 'sram'] },
  { factor: 'jump.table', values: ['system', 'zero'] },
  { factor: 'start.clock', values: ['reset', 'fast'] },
  { factor: 'start.rcc', values: ['keep', 'reset'] },
];
const ops: readonly SweepOp[] = ['enter', 'erase', 'go'];
const header: SweepHeader = {
  board: 'nucleo-g070rb',
  kind: 'virtual',
  chip: 'STM32G070RB',
  romId: 0xb4,
  application: 'abc',
  factors,
  ops,
  seed: 1,
  full: false,
};
const rules: Rules = {
  enter: (set) =>
    set['jump.target'] === undefined && !(set['jump.mem_mode'] === 'sram' && set['jump.table'] === 'zero'),
  go: (set) => set['start.clock'] !== 'fast' || set['start.rcc'] === 'reset',
};
const sweep = sweepImagined(rules, { factors, ops });
const text = (width = 100, colour = false): string => matrixText(matrixOf(header, sweep.analysis), { width, colour });

describe('the matrix of a sweep', () => {
  test('shows for each value what it does to each operation', () => {
    expect(text()).toBe(
      [
        '                            enter  erase   go',
        'good handover               done   done   done',
        'jump.target    vector-even    ✗      ?      ?',
        'jump.mem_mode  sram           ◐      ·      ·',
        'jump.table     zero           ◐      ·      ·',
        'start.clock    fast           ·      ·      ✘',
        'start.rcc      reset          ·      ·      +',
        '',
        '✗ breaks it alone',
        '✘ breaks it alone, unless another value takes that away',
        '◐ breaks it only together with another value',
        '+ takes the effect of another value away',
        '· no effect seen',
        '? cannot be seen: not reached with it',
      ].join('\n'),
    );
  });

  test('keeps within a narrow terminal', () => {
    for (const line of text(40).split('\n').slice(0, 7)) expect(line.length).toBeLessThanOrEqual(40);
    expect(text(40)).toContain('jump.target=vector…');
  });

  test('is coloured only when asked', () => {
    expect(text()).not.toContain('\u001b');
    expect(text(100, true)).toContain('\u001b[31m✗\u001b[0m');
  });

  test('on a board whose good handover fails shows what makes it work', () => {
    const cured = sweepImagined({ enter: (set) => set['jump.table'] === 'zero' }, { factors, ops });
    const matrix = matrixOf(header, cured.analysis);
    expect(matrix.good).toEqual({ enter: false });
    expect(matrix.lines.find(({ value }) => value.value === 'zero')?.cells.enter).toBe('cures');
  });

  test('on such a board shows what makes it fail in another way', () => {
    const plain = { verdict: 'returned', signature: '' } as const;
    const rows = sweepImagined({ enter: () => false }, { factors, ops }).rows.map(
      (row): SweepRow => (row.set['jump.target'] === undefined ? { ...row, seen: { ...row.seen, enter: plain } } : row),
    );
    const analysis = analyseSweep(rows, ops, suspects(factors));
    expect(matrixOf(header, analysis).lines[0]?.cells.enter).toBe('otherwise');
    expect(sentencesOf(analysis, rows)).toContain(
      '  enter fails in another way (silent: imagined) with jump.target=vector-even',
    );
  });

  test('as SVG is one well-formed picture with a box and a hint for every cell', () => {
    const svg = matrixSvg(matrixOf(header, sweep.analysis), 'a <title> & "more"', ['enter: \u0007 breaks']);
    expect(svg).toContain('a &lt;title&gt; &amp; &quot;more&quot;');
    expect(svg).not.toContain('\u0007');
    expect(svg).toContain('<title>jump.target=vector-even, enter: breaks it alone</title>');
    expect(svg.match(/<g><title>/g)).toHaveLength((factors.length + 1) * ops.length);
    for (const tag of ['g', 'text', 'title']) {
      expect(svg.match(new RegExp(`<${tag}[ >]`, 'g'))?.length).toBe(svg.match(new RegExp(`</${tag}>`, 'g'))?.length);
    }
  });
});

describe('the sentences of a sweep', () => {
  const sentences = sentencesOf(sweep.analysis, sweep.rows);

  test('say first what breaks an operation', () => {
    expect(sentences[0]).toBe(
      'enter: 2 things break it: jump.target=vector-even; jump.mem_mode=sram and jump.table=zero.',
    );
    expect(sentences.find((line) => line.startsWith('erase:'))).toMatch(
      /^erase: nothing breaks it; done in \d+ of \d+ runs\.$/,
    );
  });

  test('give the ending, the rule, the runs, and what takes it away', () => {
    expect(sentences.find((line) => line.startsWith('  start.clock=fast'))).toMatch(
      /^ {2}start\.clock=fast alone breaks go \(silent: imagined\); not with start\.rcc=reset \[run \d times; at work in rows .*\] – the PLL cannot/,
    );
  });

  test('name what could not be seen', () => {
    expect(sentences).toContain('  not seen on go, as the ROM was never reached with it: jump.target=vector-even');
  });

  test('of a board that never enters say that nothing in the handover decides it', () => {
    const { analysis, rows } = sweepImagined({ enter: () => false }, { factors, ops });
    const [enter, erase] = sentencesOf(analysis, rows);
    expect(enter).toMatch(
      /^enter: fails after the good handover .* in all \d+ runs: nothing that was changed in the handover decides it\.$/,
    );
    expect(erase).toMatch(
      /^erase: nothing can be compared, the good handover does not enter the ROM \(silent: imagined\)/,
    );
  });

  test('tell of runs that are no result', () => {
    const rows: readonly SweepRow[] = sweep.rows.map((row) => (row.n === 3 ? { ...row, fault: 'no probe' } : row));
    expect(sentencesOf(sweep.analysis, rows).at(-1)).toMatch(/^rig: 1 of \d+ runs are no result, .*: row 3$/);
  });
});

describe('the tables of a sweep', () => {
  const report = { header, ...sweep };

  test('as CSV have a line per run, every factor with its value, and quote what must be', () => {
    const odd: SweepRow = { ...(sweep.rows[0] as SweepRow), why: 'a, "b"' };
    const lines = sweepCsv({ ...report, rows: [odd, ...sweep.rows.slice(1)] }).split('\r\n');
    expect(lines[0]).toBe(
      'row,why,jump.target,jump.mem_mode,jump.table,start.clock,start.rcc,enter,enter seen,erase,erase seen,go,go seen,ms,rig fault',
    );
    expect(lines[1]).toBe('1,"a, ""b""",vector,system,system,reset,keep,done,,done,,done,,1,');
    expect(lines).toHaveLength(sweep.rows.length + 2);
  });

  test('as Markdown hold sentences, matrix and runs, and say when the board is virtual', () => {
    const markdown = sweepMarkdown(report);
    expect(markdown).toContain('# Handover sweep of STM32G070RB, ROM 0xB4 (nucleo-g070rb, virtual board)');
    expect(markdown).toContain('is no statement about silicon');
    expect(markdown).toContain('| jump.target | vector-even | breaks it alone |');
    const first = sweep.rows.find(({ set }) => keyOf(set) === 'start.clock=fast') as SweepRow;
    expect(markdown).toContain(`| ${first.n} | start.clock=fast | done | done | silent: imagined | alone |`);
    expect(sweepMarkdown({ ...report, header: { ...header, kind: 'real' } })).not.toContain('silicon');
    expect(
      sweepMarkdown({ ...report, silicon: '0 of 9 confirmed' })
        .split('\n')
        .slice(1, 3),
    ).toEqual(['', '0 of 9 confirmed.']);
  });
});

describe('the progress of a sweep', () => {
  const progress = (n: number, more: Partial<SweepRow> = {}) => ({
    row: { n, set: {} as Deviation, why: 'alone', ops, seen: {}, ms: 1, ...more },
    stage: 'pairs' as const,
    left: 30,
    leftMs: 125_000,
  });
  const show = (terminal: { isTTY?: boolean; columns?: number }, rows: readonly SweepRow['n'][], fault?: string) => {
    let written = '';
    const shown = sweepProgress({ ...terminal, write: (more) => (written += more) });
    for (const n of rows) shown.row(progress(n, fault === undefined ? {} : { fault }));
    shown.end();
    return written;
  };

  test('is one line on a terminal, with the time that is left, and gone in the end', () => {
    expect(show({ isTTY: true, columns: 80 }, [1, 2])).toBe(
      '\r\u001b[Krow 1, pairs: 30 to go, about 2 min 5 s\r\u001b[Krow 2, pairs: 30 to go, about 2 min 5 s\r\u001b[K',
    );
  });

  test('is a line now and then in a log', () => {
    expect(show({}, [19, 20, 21])).toBe('row 20, pairs: 30 to go, about 2 min 5 s\n');
  });

  test('always tells of a failure of the rig', () => {
    expect(show({}, [3], 'no probe')).toContain('row 3 is no result, the rig failed: no probe');
  });

  test.each([
    [0, '0 s'],
    [99_400, '99 s'],
    [125_000, '2 min 5 s'],
  ])('says %i ms as %s', (ms, words) => {
    expect(durationText(ms)).toBe(words);
  });
});
