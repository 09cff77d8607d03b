import { type Document, isMap, isPair, isScalar, type LineCounter, type Node } from 'yaml';
import type * as z from 'zod';

/** A mistake in a file that a person wrote, at the place where it would be corrected. */
export interface YamlProblem {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Turns a schema's issues into problems with positions. An unknown key is shown at the key, a missing one at its parent.
 * @param words Keys that the file may have, for the did-you-mean of an unknown one.
 */
export function locateIssues(
  issues: readonly z.core.$ZodIssue[],
  document: Document,
  lines: LineCounter,
  words: readonly string[],
): readonly YamlProblem[] {
  return issues.flatMap((issue): readonly YamlProblem[] => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        problem(lines, keyOffset(document, path, key), path, `unknown key "${key}"${didYouMean(key, words)}`),
      );
    }
    return [problem(lines, valueOffset(document, path), path, issue.message)];
  });
}

function problem(lines: LineCounter, offset: number, path: readonly (string | number)[], message: string): YamlProblem {
  const { line, col } = lines.linePos(offset);
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  return { line: Math.max(1, line), column: Math.max(1, col), message: `${where}${message}` };
}

function valueOffset(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: readonly (string | number)[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map)) {
    const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
  }
  return valueOffset(document, path);
}

/** `; did you mean "baud"?` for a word at most two edits away from a known one. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits)[0];
  return near !== undefined && near.edits <= Math.min(2, word.length - 1) ? `; did you mean "${near.candidate}"?` : '';
}

/** Edits that turn one word into the other; two neighbours exchanged count as one (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const table: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    table.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(i - 1, j - 1) + (same ? 0 : 1),
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        exchanged ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(a.length, b.length);
}

/** `rigs/bench.yml:4:10  boards.0.chip: …`, then the line and a caret below the place. */
export function formatProblem(file: string, text: string, problem: YamlProblem): string {
  const source = text.split('\n')[problem.line - 1] ?? '';
  const number = String(problem.line).padStart(5);
  return [
    `${file}:${problem.line}:${problem.column}  ${problem.message}`,
    `${number} | ${source}`,
    `${' '.repeat(5)} | ${' '.repeat(problem.column - 1)}^`,
  ].join('\n');
}
