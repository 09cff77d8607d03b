import { type Cell, cellSigns, type Matrix } from './matrix.ts';

export interface TextStyle {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const DIM = 2;

const colours: Readonly<Record<Cell, number>> = {
  breaks: RED,
  'breaks-unless': RED,
  joint: YELLOW,
  cures: GREEN,
  'cures-joint': GREEN,
  relieves: GREEN,
  otherwise: YELLOW,
  none: DIM,
  hidden: DIM,
  flaky: YELLOW,
};

const MIN_COLUMN = 3;
const GAP = 2;

/** The matrix for a terminal, with a key of the signs that occur. Labels are shortened where the terminal is narrow. */
export function matrixText(matrix: Matrix, { width, colour }: TextStyle): string {
  const paint = (text: string, code: number): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const column = Math.max(MIN_COLUMN, ...matrix.ops.map((op) => op.length));
  const room = Math.max(12, width - matrix.ops.length * (column + GAP));
  const factors = Math.max(4, ...matrix.lines.map(({ value }) => value.factor.length));
  const values = Math.max(...matrix.lines.map(({ value }) => value.value.length), 5);
  const labels = matrix.lines.map(({ value, first }) =>
    factors + GAP + values <= room
      ? `${(first ? value.factor : '').padEnd(factors + GAP)}${value.value}`
      : `${value.factor}=${value.value}`,
  );
  const good = 'good handover';
  const label = Math.min(room, Math.max(good.length, ...labels.map((text) => text.length)));
  const cell = (text: string, code: number | undefined): string => {
    const left = Math.floor((column - text.length) / 2);
    const padded = `${' '.repeat(left)}${text}${' '.repeat(column - text.length - left)}`;
    return `${' '.repeat(GAP)}${code === undefined ? padded : padded.replace(text, paint(text, code))}`;
  };
  const line = (name: string, cells: readonly string[]): string =>
    `${shortened(name, label).padEnd(label)}${cells.join('')}`.trimEnd();
  const used = new Set(matrix.lines.flatMap(({ cells }) => Object.values(cells)));
  return [
    line(
      '',
      matrix.ops.map((op) => cell(op, undefined)),
    ),
    line(
      good,
      matrix.ops.map((op) => {
        const done = matrix.good[op];
        return done === undefined ? cell('–', DIM) : done ? cell('done', GREEN) : cell('fails', RED);
      }),
    ),
    ...matrix.lines.map(({ cells }, i) =>
      line(
        labels[i] as string,
        matrix.ops.map((op) => cell(cellSigns[cells[op] ?? 'hidden'].sign, colours[cells[op] ?? 'hidden'])),
      ),
    ),
    '',
    ...(Object.keys(cellSigns) as Cell[])
      .filter((one) => used.has(one))
      .map((one) => `${paint(cellSigns[one].sign, colours[one])} ${cellSigns[one].words}`),
  ].join('\n');
}

function shortened(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
