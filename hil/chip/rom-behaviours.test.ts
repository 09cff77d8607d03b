import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chips } from './lookup.ts';
import { everyPart } from './rom/behaviour.ts';
import { romBehaviours, romBehavioursOf } from './rom-behaviours.ts';

const folder = new URL('../../firmware/rom/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.[ch]$/.test(name))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** `[g070-some-behaviour]` in the firmware's comments. */
const tagsOf = (text: string): string[] =>
  [...text.matchAll(/\[((?:rom|[cfgl]\d(?:\w\d)?)-[a-z0-9-]+)\]/g)].map((match) => match[1] as string);

/** `stm32g070` of STM32G070RB: what its header and its images are called. */
const lineOf = (part: string): string => part.slice(0, 9).toLowerCase();
const headerOf = (part: string): string => readFileSync(new URL(`parts/${lineOf(part)}.h`, folder), 'utf8');

/** ROM IDs that the header takes, in the order of BY_VERSION. */
const idsOf = (header: string): number[] => [
  ...new Set([...header.matchAll(/ROM_ID [!=]= (0x\w+)/g)].map((match) => Number(match[1]))),
];

/** `#define MACRO BY_VERSION(a, b, c)`, or with one value, with the tag above it. */
function switchesOf(header: string): ReadonlyMap<string, { tag: string; values: Record<number, number> }> {
  const ids = idsOf(header);
  const pattern = /\/\* \[([a-z0-9-]+)\][^/]*\*\/\n#define (ROM_\w+) (?:BY_VERSION\(([^)]+)\)|(\w+))\n/g;
  return new Map(
    [...header.matchAll(pattern)].map(([, tag = '', macro = '', list, single]) => {
      const given = (list ?? single ?? '').split(',').map(Number);
      const values = Object.fromEntries(
        ids.map((id, at) => [id, (list === undefined ? given[0] : given[at]) as number]),
      );
      return [macro, { tag, values }];
    }),
  );
}

describe('the table of ROM behaviours and the stand-in ROMs', () => {
  test('name the same behaviours', () => {
    const tags = sources.flatMap(tagsOf);
    expect([...new Set(tags)].sort()).toEqual([...new Set(romBehaviours.map((row) => row.id))].sort());
  });

  describe.each(everyPart.map((part) => [part]))('for the %s', (part) => {
    const rows = romBehavioursOf(part);
    const header = headerOf(part);

    test('have one row for each behaviour', () => {
      const ids = rows.map((row) => row.id);
      expect(ids).toEqual([...new Set(ids)]);
    });

    test('have a row for each tag of its header', () => {
      expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(tagsOf(header)));
    });

    test('give every switch the same value for every ROM version', () => {
      const inHeader = switchesOf(header);
      const switches = rows.flatMap((row) => (row.switch ? [{ row, switch: row.switch }] : []));
      for (const {
        row,
        switch: { macro, values },
      } of switches) {
        expect({ macro, ...inHeader.get(macro) }).toEqual({ macro, tag: row.id, values });
        expect(row.parts).toEqual([part]);
      }
      const switched = new Set(switches.map(({ row }) => row.id));
      const several = [...inHeader].filter(([, { values }]) => new Set(Object.values(values)).size > 1);
      for (const [, { tag }] of several) expect(switched).toContain(tag);
    });

    test('know the same ROM versions as the chip facts', () => {
      const chip = chips.find(({ name }) => name === part);
      const inFacts = chip?.rom.versions.map(({ id }) => id) ?? idsOf(header);
      expect(inFacts).toEqual(expect.arrayContaining(idsOf(header)));
      for (const { versions = [] } of rows) expect(idsOf(header)).toEqual(expect.arrayContaining([...versions]));
    });
  });
});

describe('a ROM behaviour', () => {
  test.each(romBehaviours.map((row) => [row.id, row] as const))('%s names parts, a source and a question', (_, row) => {
    expect(row.parts.length).toBeGreaterThan(0);
    expect(everyPart).toEqual(expect.arrayContaining([...row.parts]));
    expect(row.source).not.toBe('');
    expect(row.question).toMatch(/^[a-z0-9-]+$/);
  });

  test('that only some versions have is not listed for the others', () => {
    expect(romBehavioursOf('STM32G070RB', 0xb3).map((row) => row.id)).toContain('g070-erase-wrong-busy-bit');
    expect(romBehavioursOf('STM32G070RB', 0xb4).map((row) => row.id)).not.toContain('g070-erase-wrong-busy-bit');
  });
});

test('a part has the behaviours of its line: the ROM does not depend on the package', () => {
  expect(romBehavioursOf('STM32F411CE').length).toBeGreaterThan(20);
  expect(romBehavioursOf('STM32F411CE')).toEqual(romBehavioursOf('STM32F411RE'));
});
