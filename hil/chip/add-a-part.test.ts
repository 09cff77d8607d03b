import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { chips } from './lookup.ts';

/** docs/add-a-part.md says nothing that the tree does not have. */

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const guide = read('docs/add-a-part.md');

test('the guide names only files and folders that exist', () => {
  const named = [...guide.matchAll(/(?<![\w/])(?:hil|firmware|fixtures|docs|rigs|scripts)\/[\w./-]+(?![\w/<-])/g)];
  const paths = [...new Set(named.map(([path]) => path.replace(/\.$/, '')))].filter((path) => !path.endsWith('-'));
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('the guide quotes its example as it stands', () => {
  const quotes = [...guide.matchAll(/```(?:ts|c) (\S+)\n([^`]*)```/g)];
  expect(quotes).toHaveLength(5);
  for (const [, path = '', text = ''] of quotes) {
    const source = read(path);
    for (const part of text.split(/^ *…\n/m)) expect(source).toContain(part.trimEnd());
  }
});

test('the guide runs scripts that exist, on a board that exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const run = [...guide.matchAll(/npm (?:run )?([a-z-]+)/g)].map(([, name]) => name as string);
  expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
  const boards = [...guide.matchAll(/--board (\S+)/g)].map(([, name]) => (name as string).toUpperCase());
  expect(boards.filter((name) => !chips.some((chip) => chip.board.name === name))).toEqual([]);
});
