/** Rows as aligned columns; the first row is the head. Cells that are too long are broken at blanks. */
export function textTable(rows: readonly (readonly string[])[], widest = 32): string {
  const broken = rows.map((row) => row.map((cell) => wrap(cell, widest)));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...broken.flatMap((row) => (row[i] ?? []).map((line) => line.length))),
  );
  return broken
    .flatMap((row) => {
      const height = Math.max(1, ...row.map((cell) => cell.length));
      return Array.from({ length: height }, (_, line) =>
        widths
          .map((width, i) => (row[i]?.[line] ?? '').padEnd(width))
          .join('  ')
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
