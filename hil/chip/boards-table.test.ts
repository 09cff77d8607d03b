import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { boardsTable } from './boards-table.ts';
import { entryRow } from './entry-table.ts';
import { chips } from './lookup.ts';

test('docs/boards.md has the table that the chip facts make', () => {
  const page = readFileSync(new URL('../../docs/boards.md', import.meta.url), 'utf8');
  const table = page.split('\n').filter((line) => line.startsWith('|'));
  expect(table).toEqual(boardsTable(chips).split('\n'));
});

test.each(chips.map((chip) => [chip.name, chip] as const))(
  'what a jump does on the %s is written down for its newest ROM, once',
  (name, chip) => {
    const newest = chip.rom.versions.at(-1)?.id as number;
    expect(entryRow(name, newest)).toBeDefined();
  },
);
