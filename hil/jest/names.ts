import { basename } from 'node:path';
import type { Circus } from '@jest/types';

/** `hil/suites/go.hil.ts` → `go` */
export function suiteName(path: string): string {
  return basename(path).replace(/\.hil\.[cm]?[jt]s$/, '');
}

/** The describes around a test, outermost first, without Jest's root. */
export function describesOf(test: Circus.TestEntry): readonly string[] {
  const titles: string[] = [];
  for (let block: Circus.DescribeBlock | undefined = test.parent; block?.parent !== undefined; block = block.parent)
    titles.unshift(block.name);
  return titles;
}

/** The name under which a test is planned and reported. */
export function fullName(test: Circus.TestEntry): string {
  return [...describesOf(test), test.name].join(' › ');
}

/** For file names: what is not a letter, digit, dot or dash becomes a dash. */
export function slug(text: string): string {
  return text
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
}
