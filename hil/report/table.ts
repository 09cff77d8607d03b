import type { Outcome } from './verdict.ts';

/** Board × suite × verdict, one row per board and suite. */
export function verdictTable(outcome: Outcome): string {
  const rows = new Map<string, { board: string; suite: string; counts: Record<string, number>; ms: number }>();
  for (const line of outcome.lines) {
    const key = `${line.board}\n${line.suite}`;
    const row = rows.get(key) ?? { board: line.board, suite: line.suite, counts: {}, ms: 0 };
    row.counts[line.verdict] = (row.counts[line.verdict] ?? 0) + 1;
    row.ms += line.ms;
    rows.set(key, row);
  }
  const cells = [...rows.values()].map((row) => [
    row.board,
    row.suite,
    verdictOf(row.counts),
    `${(row.ms / 1000).toFixed(1)} s`,
  ]);
  const head = ['board', 'suite', 'verdict', 'time'];
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((cell) => cell[i]?.length ?? 0)));
  const format = (cell: readonly string[]): string =>
    cell
      .map((text, i) => (i === 3 ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(head), ...cells.map(format)].join('\n');
}

function verdictOf(counts: Readonly<Record<string, number>>): string {
  const parts = ['failed', 'missing', 'skipped', 'passed'].flatMap((verdict) =>
    counts[verdict] === undefined ? [] : [`${counts[verdict]} ${verdict === 'missing' ? 'without verdict' : verdict}`],
  );
  const word = counts.failed ? 'FAILED' : counts.missing ? 'MISSING' : counts.passed ? 'passed' : 'skipped';
  return `${word.padEnd(8)}(${parts.join(', ')})`;
}

/** `N planned, N ran, N skipped (why)` */
export function countLine(outcome: Outcome): string {
  const why = new Map<string, number>();
  for (const line of outcome.lines) {
    if (line.verdict !== 'skipped') continue;
    const reason = line.skip ?? 'no reason given';
    why.set(reason, (why.get(reason) ?? 0) + 1);
  }
  const reasons = [...why].map(([reason, count]) => (why.size > 1 ? `${count}× ${reason}` : reason)).join('; ');
  return `${outcome.planned} planned, ${outcome.ran} ran, ${outcome.skipped} skipped${reasons === '' ? '' : ` (${reasons})`}`;
}
