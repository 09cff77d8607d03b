/** Rows as aligned columns; the first row is the head. Cells that are too long are broken at blanks. */
export function textTable(rows: readonly (readonly string[])[], widest = 32): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return drawn(rows, Array<number>(columns).fill(widest));
}

/**
 * Rows as aligned columns that together are no wider than `width`, if their longest words allow it: the widest column gives way first.
 * Rows and columns change places where only that makes them fit; where nothing does, the columns are shared out to tables below each
 * other, each with the first column.
 */
export function fittedTable(rows: readonly (readonly string[])[], width: number): string {
  const as = fitted(rows, width);
  if (total(as) <= width) return drawn(rows, as);
  const turned = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ''));
  const across = fitted(turned, width);
  if (total(across) <= width) return drawn(turned, across);
  if (as.length <= 2) return drawn(rows, as);
  const half = Math.ceil((as.length + 1) / 2);
  const share = (from: number, to?: number) =>
    fittedTable(
      rows.map((row) => [row[0] ?? '', ...row.slice(from, to)]),
      width,
    );
  return `${share(1, half)}\n\n${share(half)}`;
}

const GAP = '  ';

function fitted(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const longest = (cells: readonly string[]): number => Math.max(0, ...cells.map((cell) => cell.length));
  const cellsOf = (column: number): readonly string[] => rows.map((row) => row[column] ?? '');
  const least = Array.from({ length: columns }, (_, i) => longest(cellsOf(i).flatMap((cell) => cell.split(/[ \n]/))));
  const widths = Array.from({ length: columns }, (_, i) => longest(cellsOf(i).flatMap((cell) => cell.split('\n'))));
  while (total(widths) > width) {
    const room = widths.map((wide, i) => (wide > (least[i] as number) ? wide : 0));
    const widest = Math.max(0, ...room);
    if (widest === 0) break;
    widths[room.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, wide) => sum + wide, 0) + GAP.length * Math.max(0, widths.length - 1);
}

function drawn(rows: readonly (readonly string[])[], widest: readonly number[]): string {
  const broken = rows.map((row) => row.map((cell, i) => wrap(cell, widest[i] ?? 0)));
  const widths = widest.map((_, i) =>
    Math.max(0, ...broken.flatMap((row) => (row[i] ?? []).map((line) => line.length))),
  );
  return broken
    .flatMap((row) => {
      const height = Math.max(1, ...row.map((cell) => cell.length));
      return Array.from({ length: height }, (_, line) =>
        widths
          .map((width, i) => (row[i]?.[line] ?? '').padEnd(width))
          .join(GAP)
          .trimEnd(),
      );
    })
    .join('\n');
}

/** Breaks a text at blanks so that no line is longer than `width`, where it can be broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const part of text.split('\n')) {
    let line = '';
    for (const word of part.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Rows as a Markdown table; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n');
}
