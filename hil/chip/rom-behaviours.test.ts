import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chipNamed } from './lookup.ts';
import { romBehaviours, romBehavioursOf } from './rom-behaviours.ts';

const folder = new URL('../../firmware/rom/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.[ch]$/.test(name))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** `[g070-some-behaviour]` in the firmware's comments. */
const tags = sources.flatMap((text) =>
  [...text.matchAll(/\[(g\d\w\d-[a-z0-9-]+)\]/g)].map((match) => match[1] as string),
);

/** `#define MACRO BY_VERSION(a, b, c)` of the part's header, with the tag above it. */
function switchesOfHeader(): ReadonlyMap<string, { tag: string; values: readonly number[] }> {
  const header = readFileSync(new URL('parts/stm32g070.h', folder), 'utf8');
  const pattern = /\/\* \[([a-z0-9-]+)\][^/]*\*\/\n#define (\w+) BY_VERSION\((\d+), (\d+), (\d+)\)/g;
  return new Map(
    [...header.matchAll(pattern)].map(([, tag = '', macro = '', ...values]) => [
      macro,
      { tag, values: values.slice(0, 3).map(Number) },
    ]),
  );
}

describe('the table of ROM behaviours and the stand-in ROM', () => {
  test('name the same behaviours', () => {
    const ids = romBehaviours.map((row) => row.id);
    expect(ids).toEqual([...new Set(ids)]);
    expect([...new Set(tags)].sort()).toEqual([...ids].sort());
  });

  test('give every switch the same value for every ROM version', () => {
    const inHeader = switchesOfHeader();
    const inTable = romBehaviours.flatMap((row) =>
      row.switch
        ? [[row.switch.macro, { tag: row.id, values: [0xb2, 0xb3, 0xb4].map((id) => row.switch?.values[id]) }] as const]
        : [],
    );
    expect(inHeader.size).toBeGreaterThan(0);
    expect(new Map(inTable)).toEqual(inHeader);
  });
});

describe('a ROM behaviour', () => {
  test.each(romBehaviours.map((row) => [row.id, row] as const))(
    '%s names versions that exist, a source and a question',
    (_, row) => {
      const known = chipNamed(row.part).rom.versions.map((version) => version.id);
      expect(row.versions.length).toBeGreaterThan(0);
      expect(known).toEqual(expect.arrayContaining([...row.versions]));
      expect(row.source).not.toBe('');
      expect(row.question).toMatch(/^g070-/);
    },
  );

  test('that only some versions have is not listed for the others', () => {
    expect(romBehavioursOf('STM32G070RB', 0xb3).map((row) => row.id)).toContain('g070-erase-wrong-busy-bit');
    expect(romBehavioursOf('STM32G070RB', 0xb4).map((row) => row.id)).not.toContain('g070-erase-wrong-busy-bit');
  });
});
