import { type Cell, cellSigns, type Matrix } from './matrix.ts';

/** Fills that differ in lightness too, so that they can be told apart in print and by the colour-blind. */
const fills: Readonly<Record<Cell, string>> = {
  breaks: '#b3261e',
  'breaks-unless': '#d9534a',
  joint: '#e8a33d',
  cures: '#1e7d4f',
  'cures-joint': '#63a981',
  relieves: '#a9d8bd',
  otherwise: '#f3d9a6',
  none: '#eef1f4',
  hidden: '#ffffff',
  flaky: '#8e6bbf',
};
const LIGHT_TEXT: readonly Cell[] = ['breaks', 'breaks-unless', 'cures', 'flaky'];

const ROW = 22;
const COLUMN = 64;
const CHARACTER = 7.3;
const MARGIN = 16;
const FONT = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12"';

/** The matrix as a picture that needs nothing but itself, on white. */
export function matrixSvg(matrix: Matrix, title: string, sentences: readonly string[]): string {
  const labels = matrix.lines.map(({ value, first }) => ({ factor: first ? value.factor : '', value: value.value }));
  const factorWidth = widest(labels.map(({ factor }) => factor)) + 14;
  const labelWidth = factorWidth + widest(['good handover', ...labels.map(({ value }) => value)]) + 12;
  const used = (Object.keys(cellSigns) as Cell[]).filter((cell) =>
    matrix.lines.some(({ cells }) => Object.values(cells).includes(cell)),
  );
  const wide = labelWidth + matrix.ops.length * COLUMN;
  const wrapped = sentences.flatMap((text) => wrap(text, Math.floor(Math.max(wide, 560) / CHARACTER)));
  const width = 2 * MARGIN + Math.max(wide, 560, title.length * CHARACTER * 1.2);
  const top = MARGIN + 46;
  const keyTop = top + (matrix.lines.length + 1) * ROW + 20;
  const textTop = keyTop + used.length * 18 + 14;
  const height = textTop + wrapped.length * 16 + MARGIN;
  const parts: string[] = [];
  const text = (x: number, y: number, content: string, more = ''): void => {
    parts.push(`<text x="${round(x)}" y="${round(y)}" ${more}>${inXml(content)}</text>`);
  };
  const box = (x: number, y: number, fill: string, sign: string, ink: string, hint: string): void => {
    parts.push(
      `<g><title>${inXml(hint)}</title><rect x="${round(x + 1)}" y="${round(y + 1)}" width="${COLUMN - 2}" height="${ROW - 2}" rx="3" fill="${fill}" stroke="#cfd6dd"/>`,
    );
    text(x + COLUMN / 2, y + 15, sign, `text-anchor="middle" fill="${ink}"`);
    parts.push('</g>');
  };

  text(MARGIN, MARGIN + 12, title, 'font-size="14" font-weight="bold"');
  for (const [i, op] of matrix.ops.entries()) {
    text(MARGIN + labelWidth + i * COLUMN + COLUMN / 2, top - 8, op, 'text-anchor="middle" font-weight="bold"');
  }
  text(MARGIN, top + 15, 'good handover', 'font-weight="bold"');
  for (const [i, op] of matrix.ops.entries()) {
    const done = matrix.good[op];
    const fill = done === undefined ? fills.hidden : done ? fills.relieves : fills.breaks;
    const words = done === undefined ? 'not reached' : done ? 'done' : 'fails';
    const ink = done === false ? '#ffffff' : '#1b2733';
    box(MARGIN + labelWidth + i * COLUMN, top, fill, done === undefined ? '–' : words, ink, `good handover: ${words}`);
  }
  for (const [at, { value, cells }] of matrix.lines.entries()) {
    const y = top + (at + 1) * ROW;
    if (labels[at]?.factor !== '' && at > 0) {
      parts.push(`<line x1="${MARGIN}" x2="${round(MARGIN + wide)}" y1="${y}" y2="${y}" stroke="#cfd6dd"/>`);
    }
    text(MARGIN, y + 15, labels[at]?.factor ?? '', 'fill="#51606e"');
    text(MARGIN + factorWidth, y + 15, value.value);
    for (const [i, op] of matrix.ops.entries()) {
      const cell = cells[op] ?? 'hidden';
      const ink = LIGHT_TEXT.includes(cell) ? '#ffffff' : '#1b2733';
      const hint = `${value.factor}=${value.value}, ${op}: ${cellSigns[cell].words}`;
      box(MARGIN + labelWidth + i * COLUMN, y, fills[cell], cellSigns[cell].sign, ink, hint);
    }
  }
  for (const [i, cell] of used.entries()) {
    const y = keyTop + i * 18;
    parts.push(`<rect x="${MARGIN}" y="${y}" width="22" height="14" rx="3" fill="${fills[cell]}" stroke="#cfd6dd"/>`);
    const ink = LIGHT_TEXT.includes(cell) ? '#ffffff' : '#1b2733';
    text(MARGIN + 11, y + 11, cellSigns[cell].sign, `text-anchor="middle" font-size="11" fill="${ink}"`);
    text(MARGIN + 32, y + 11, cellSigns[cell].words);
  }
  for (const [i, line] of wrapped.entries()) text(MARGIN, textTop + i * 16 + 10, line);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" ${FONT} fill="#1b2733">`,
    `<title>${inXml(title)}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length * CHARACTER));
}

function wrap(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function inXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters cannot stand in XML at all.
  return Array.from(text, (c) => (c < ' ' || c === '\u007f' ? ' ' : (entities[c] ?? c))).join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
