import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Analysis } from '../diagnose/sweep-analysis.ts';
import { keyOf, type SweepRow } from '../diagnose/sweep-row.ts';
import type { SweepHeader } from './journal.ts';
import { cellSigns, matrixOf } from './matrix.ts';
import { matrixSvg } from './matrix-svg.ts';
import { ending, sentencesOf } from './sentences.ts';

export interface SweepReport {
  /** How much of what virtual ROMs do was seen on silicon, as every report says it. */
  readonly silicon?: string;
  readonly header: SweepHeader;
  readonly rows: readonly SweepRow[];
  readonly analysis: Analysis;
}

/** Writes `BOARD.svg`, `.md`, `.csv` and `.json` into a folder and returns their paths. */
export function writeSweep(folder: string, report: SweepReport): readonly string[] {
  const { header } = report;
  const files: Readonly<Record<string, string>> = {
    svg: matrixSvg(matrixOf(header, report.analysis), titleOf(header), sentencesOf(report.analysis, report.rows)),
    md: sweepMarkdown(report),
    csv: sweepCsv(report),
    json: `${JSON.stringify({ ...report, matrix: matrixOf(header, report.analysis) }, null, 2)}\n`,
  };
  return Object.entries(files).map(([type, text]) => {
    const path = join(folder, `${header.board}.${type}`);
    writeFileSync(path, text);
    return path;
  });
}

export function titleOf({ board, chip, romId, kind }: SweepHeader): string {
  const rom = `0x${romId.toString(16).toUpperCase().padStart(2, '0')}`;
  return `Handover sweep of ${chip}, ROM ${rom} (${board}, ${kind} board)`;
}

/** One line per run: its number, why, each factor's value, then verdict and signature of each operation. */
export function sweepCsv({ header, rows }: SweepReport): string {
  const { factors, ops } = header;
  const head = [
    'row',
    'why',
    ...factors.map(({ factor }) => factor),
    ...ops.flatMap((op) => [op, `${op} seen`]),
    'ms',
    'rig fault',
  ];
  const lines = rows.map((row) => [
    String(row.n),
    row.why,
    ...factors.map(({ factor, values }) => row.set[factor] ?? values[0] ?? ''),
    ...ops.flatMap((op) => [row.seen[op]?.verdict ?? '', row.seen[op]?.signature ?? '']),
    String(row.ms),
    row.fault ?? '',
  ]);
  return `${[head, ...lines].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function sweepMarkdown({ silicon, header, rows, analysis }: SweepReport): string {
  const matrix = matrixOf(header, analysis);
  const { ops } = matrix;
  const done = (op: (typeof ops)[number]): string =>
    matrix.good[op] === undefined ? '–' : matrix.good[op] ? 'done' : 'fails';
  return [
    `# ${titleOf(header)}`,
    '',
    ...(silicon === undefined ? [] : [`${silicon}.`, '']),
    ...(header.kind === 'virtual' ? [VIRTUAL, ''] : []),
    ...sentencesOf(analysis, rows).map((text) => (text.startsWith('  ') ? `  - ${text.trim()}` : `- ${text}`)),
    '',
    '## What each value does',
    '',
    tableLine(['factor', 'value', ...ops]),
    tableLine(['---', '---', ...ops.map(() => '---')]),
    tableLine(['good handover', '', ...ops.map(done)]),
    ...matrix.lines.map(({ value, first, cells }) =>
      tableLine([
        first ? value.factor : '',
        value.value,
        ...ops.map((op) => (cells[op] === 'none' ? '·' : cellSigns[cells[op] ?? 'hidden'].words)),
      ]),
    ),
    '',
    `## The ${rows.length} runs`,
    '',
    'Factors that are not named are at their good value.',
    '',
    tableLine(['row', 'factors', ...ops, 'why']),
    tableLine(['---', '---', ...ops.map(() => '---'), '---']),
    ...rows.map((row) =>
      tableLine([
        String(row.n),
        keyOf(row.set),
        ...ops.map((op) => {
          const seen = row.seen[op];
          return seen === undefined ? '' : ending(seen);
        }),
        row.fault === undefined ? row.why : `rig fault: ${row.fault}`,
      ]),
    ),
    '',
  ].join('\n');
}

export const VIRTUAL =
  'Seen on a virtual board: what its models do follows from the documents they cite, and is no statement about silicon.';

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}
