import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { caseSchema } from '../case-schema.ts';
import { readingNames, steps } from './index-of-steps.ts';
import { stepsTable } from './steps-table.ts';

const page = readFileSync(new URL('../../../docs/cases.md', import.meta.url), 'utf8');

/** Rows of the table under a heading, head and rule with them. */
function tableUnder(heading: string): readonly string[] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  return (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
}

/** Names in backticks in the first cell of each row. */
function namesIn(table: readonly string[]): readonly string[] {
  return table
    .slice(2)
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name as string));
}

describe('docs/cases.md', () => {
  test('has the table of steps that the registry makes', () => {
    expect(tableUnder('Steps')).toEqual(stepsTable(steps));
  });

  test('explains each reading that a step leaves, and none that there is not', () => {
    const explained = namesIn(tableUnder('Readings'));
    expect([...explained].sort()).toEqual([...readingNames].sort());
  });

  test('explains each key of a case file, and none that there is not', () => {
    expect([...namesIn(tableUnder('The file'))].sort()).toEqual(Object.keys(caseSchema.shape).sort());
  });

  test('explains each key of a variant, and none that there is not', () => {
    const { shape } = caseSchema.shape.variants.unwrap().element;
    expect([...namesIn(tableUnder('Variants'))].sort()).toEqual(Object.keys(shape).sort());
  });
});
