import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseVariant } from './case.ts';

/** What two variants do differently: settings of the application, or lines of code. */
export interface Difference {
  /** `settings`, or the two files. */
  readonly where: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** More lines than this are not "the line that makes the difference"; the files are named instead. */
const MOST_LINES = 12;

/**
 * The difference between a variant with the defect and one with the cure.
 * @param programs Folder of the case programs' sources, `firmware/cases`.
 */
export function differenceBetween(defect: CaseVariant, cure: CaseVariant, programs: string): readonly Difference[] {
  const found: Difference[] = [];
  const names = [...new Set([...Object.keys(defect.settings), ...Object.keys(cure.settings)])].filter(
    (name) => defect.settings[name] !== cure.settings[name],
  );
  if (names.length > 0) {
    const show = (settings: CaseVariant['settings']) =>
      names.map((name) => `${name} = ${settings[name] ?? '(default)'}`);
    found.push({ where: 'settings of the application', removed: show(defect.settings), added: show(cure.settings) });
  }
  if (defect.image !== cure.image) found.push(programDifference(defect.image, cure.image, programs));
  const [before, after] = [stepWords(defect), stepWords(cure)];
  if (before !== after) found.push({ where: 'steps', removed: [before], added: [after] });
  return found;
}

function stepWords({ steps }: CaseVariant): string {
  return steps.map(({ verb, args }) => (args === undefined ? verb : `${verb} ${JSON.stringify(args)}`)).join(', ');
}

function programDifference(defect: string, cure: string, programs: string): Difference {
  const where = `${defect}.c → ${cure}.c`;
  const texts = [defect, cure].map((name) => sourceOf(programs, name));
  const [before, after] = texts;
  if (before === undefined || after === undefined) return { where, removed: [], added: [] };
  const switched = switches(before, after);
  const { removed, added } = switched ?? lineDifference(codeLines(before), codeLines(after));
  const few = removed.length + added.length <= MOST_LINES;
  return { where, removed: few ? removed : [], added: few ? added : [] };
}

function sourceOf(programs: string, name: string): string | undefined {
  const path = join(programs, `${name}.c`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Lines of code, without comments, blank lines and what is around them. */
export function codeLines(source: string): readonly string[] {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * Two programs of one source, told apart by macros: one defines what the other leaves at its default (`#ifndef NAME`, `#define NAME …`),
 * or has the other's `#include`. Undefined for two sources of their own.
 */
function switches(before: string, after: string): Pick<Difference, 'removed' | 'added'> | undefined {
  const defines = (lines: readonly string[]): ReadonlyMap<string, string> =>
    new Map(
      lines.flatMap((line) => {
        const [, name] = /^#define\s+(\w+)/.exec(line) ?? [];
        return name === undefined ? [] : [[name, line] as const];
      }),
    );
  const [a, b] = [codeLines(before), codeLines(after)];
  const includes = (lines: readonly string[]) =>
    lines.some((line) => /^#include\s+"(?!hooks|part)[\w./-]+\.c"/.test(line));
  if (!includes(a) && !includes(b)) return undefined;
  // Whichever file is the full source holds the defaults.
  const [own, defaults] = [includes(a) ? a : [], [...(includes(a) ? [] : a), ...(includes(b) ? [] : b)]];
  const [mine, theirs, fallback] = [defines(own), defines(includes(b) ? b : []), defines(defaults)];
  const names = [...new Set([...mine.keys(), ...theirs.keys()])].filter((name) => mine.get(name) !== theirs.get(name));
  if (names.length === 0) return undefined;
  const line = (of: ReadonlyMap<string, string>, name: string) => of.get(name) ?? fallback.get(name);
  const lines = (of: ReadonlyMap<string, string>) =>
    names.flatMap((name) => {
      const found = line(of, name);
      return found === undefined ? [] : [found];
    });
  return { removed: lines(mine), added: lines(theirs) };
}

/** Lines that only one of the two has, by the longest common subsequence. */
export function lineDifference(a: readonly string[], b: readonly string[]): Pick<Difference, 'removed' | 'added'> {
  const table: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (table[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const removed: string[] = [];
  const added: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      removed.push(a[i] as string);
      i += 1;
    } else {
      added.push(b[j] as string);
      j += 1;
    }
  }
  return { removed, added };
}
