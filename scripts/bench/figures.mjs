// One line of the result: values of ours, of another program where there is one, and what they are held against.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Shows a value divided by `scale` with so many digits. */
export const plain =
  (digits, scale = 1) =>
  (value) =>
    (value / scale).toFixed(digits);
export const mega = plain(1, 1e6);

/**
 * @param what       what was measured
 * @param unit       of the values as shown
 * @param show       value -> text
 * @param values     of ours, one per run
 * @param better     'higher' or 'lower'
 * @param other      { name, values } of what it is compared with
 * @param goal       wanted ratio to `other`, or wanted value where there is no other
 * @param limit      { name, value }: what nothing can be better than
 */
export function figure(options) {
  const { values, other, better, goal } = options;
  const ours = median(values);
  const theirs = other === undefined ? undefined : median(other.values);
  const ratio = theirs === undefined ? undefined : better === 'higher' ? ours / theirs : theirs / ours;
  const measured = ratio ?? ours;
  const reached =
    goal === undefined ? undefined : ratio !== undefined || better === 'higher' ? measured >= goal : measured <= goal;
  return { ...options, ours, theirs, ratio, reached };
}

const range = (values, show) => `${show(Math.min(...values))}..${show(Math.max(...values))}`;

function row({ what, unit, show, values, other, ours, theirs, ratio, goal, reached, limit, better }) {
  const compared = ratio === undefined ? '' : `${ratio.toFixed(2)}x`;
  const sign = better === 'lower' && ratio === undefined ? '<=' : '>=';
  const wanted =
    goal === undefined ? '' : `${sign} ${ratio === undefined ? show(goal) : `${goal}x`} ${reached ? 'met' : 'MISSED'}`;
  const against = theirs === undefined ? '' : `${show(theirs)} ${other.name}`;
  const bound = limit === undefined ? '' : ` (${limit.name} ${show(limit.value)})`;
  return [
    `${what}, ${unit}${bound}`,
    show(ours),
    against,
    compared,
    wanted,
    range(values, show),
    other === undefined ? '' : range(other.values, show),
    String(values.length),
  ];
}

const HEADER = ['what', 'ours', 'other', 'ratio', 'goal', 'spread', 'spread of other', 'runs'];

export function table(figures) {
  const rows = [HEADER, ...figures.map(row)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [line(HEADER), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n');
}

/** What `--json` writes of a figure. */
export function record({ what, unit, values, other, ours, theirs, ratio, better, goal, reached, limit }) {
  return { what, unit, better, ours, theirs, ratio, goal, reached, limit, values, other };
}
