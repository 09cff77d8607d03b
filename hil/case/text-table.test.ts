import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fittedTable, markdownTable, textTable } from './text-table.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('a table for a terminal', () => {
  test('has aligned columns, and breaks a long cell at a blank', () => {
    expect(
      textTable(
        [
          ['case', 'title'],
          ['a', 'one two three'],
        ],
        8,
      ),
    ).toBe('case  title\na     one two\n      three');
  });

  test('is made to fit a width: the widest column gives way first', () => {
    const rows = [
      ['', 'as posted'],
      ['O1 what answers after the jump', 'application'],
    ];
    expect(fittedTable(rows, 80)).toBe(
      '                                as posted\nO1 what answers after the jump  application',
    );
    expect(fittedTable(rows, 30)).toBe('                 as posted\nO1 what answers  application\nafter the jump');
  });

  test('has rows and columns changed where only that fits', () => {
    const rows = [
      ['', 'first', 'second', 'third'],
      ['O1', 'application', 'application', 'application'],
    ];
    expect(fittedTable(rows, 20)).toBe('        O1\nfirst   application\nsecond  application\nthird   application');
  });

  test('is shared out to several, each with the first column, where nothing else fits', () => {
    const row = (label: string) => [label, ...'12345'.split('').map((n) => `application_${n}`)];
    const text = fittedTable(
      Array.from({ length: 6 }, (_, i) => row(`O${i}`)),
      50,
    );
    expect(text.split('\n\n').map((table) => table.split('\n')[0])).toEqual([
      'O0  application_1  application_2  application_3',
      'O0  application_4  application_5',
    ]);
  });

  const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 30 });

  test('is never wider than it must be, and loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = fittedTable(rows, 40);
        const words = (some: string): readonly string[] =>
          some
            .split(/\s+/)
            .filter((word) => word !== '')
            .sort();
        expect(new Set(words(text))).toEqual(new Set(words(rows.flat().join(' '))));
        const least = [0, 1, 2].map((i) =>
          Math.max(...rows.map((row) => Math.max(...row[i as 0].split(' ').map((w) => w.length)))),
        );
        if (least.reduce((sum, wide) => sum + wide + 2, 0) <= 40) expect(widest(text)).toBeLessThanOrEqual(40);
      }),
    );
  });
});

test('a table for a post is Markdown, with bars and line ends made harmless', () => {
  expect(
    markdownTable([
      ['a', 'b'],
      ['x|y', 'one\ntwo'],
    ]),
  ).toBe('| a | b |\n| --- | --- |\n| x\\|y | one two |');
});
