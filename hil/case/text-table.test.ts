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
        expect(words(text)).toEqual(words(rows.flat().join(' ')));
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
