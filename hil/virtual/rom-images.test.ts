import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readElf } from '../image/elf.ts';

/** What a stand-in ROM must be before it runs. The addresses are those of AN2606 r70 T3 and T226, not of the linker scripts. */

const folder = new URL('../../build/firmware/rom/', import.meta.url);

interface Line {
  readonly line: string;
  readonly ids: readonly number[];
  readonly base: number;
  /** First address after system memory, as far as code may lie. */
  readonly end: number;
  readonly idAddress: number;
  /** RAM that the ROM may use, in bytes from 0x2000_0000. */
  readonly ram: number;
}

const lines: readonly Line[] = [
  {
    line: 'stm32g070',
    ids: [0xb2, 0xb3, 0xb4],
    base: 0x1fff_0000,
    end: 0x1fff_7000,
    idAddress: 0x1fff_6ffe,
    ram: 0x2700,
  },
  { line: 'stm32g0b1', ids: [0x92], base: 0x1fff_0000, end: 0x1fff_7000, idAddress: 0x1fff_9ffe, ram: 16 * 1024 },
  { line: 'stm32c011', ids: [0x51], base: 0x1fff_0000, end: 0x1fff_1800, idAddress: 0x1fff_17fe, ram: 3.5 * 1024 },
  { line: 'stm32c031', ids: [0x52], base: 0x1fff_0000, end: 0x1fff_1800, idAddress: 0x1fff_17fe, ram: 3.5 * 1024 },
  { line: 'stm32c071', ids: [0xd1], base: 0x1fff_0000, end: 0x1fff_7000, idAddress: 0x1fff_67fe, ram: 8.75 * 1024 },
  {
    line: 'stm32l476',
    ids: [0x92, 0xa2, 0xa3],
    base: 0x1fff_0000,
    end: 0x1fff_7000,
    idAddress: 0x1fff_6ffe,
    ram: 12 * 1024,
  },
  { line: 'stm32f411', ids: [0xd0], base: 0x1fff_0000, end: 0x1fff_7800, idAddress: 0x1fff_76de, ram: 12 * 1024 },
  { line: 'stm32l011', ids: [0xc2, 0xc3], base: 0x1ff0_0000, end: 0x1ff0_1000, idAddress: 0x1ff0_0ffe, ram: 2 * 1024 },
  { line: 'stm32l031', ids: [0xc0], base: 0x1ff0_0000, end: 0x1ff0_1000, idAddress: 0x1ff0_0ffe, ram: 4 * 1024 },
  { line: 'stm32l073', ids: [0x40, 0x41], base: 0x1ff0_0000, end: 0x1ff0_2000, idAddress: 0x1ff0_1ffe, ram: 4 * 1024 },
  { line: 'stm32f042', ids: [0xa0, 0xa1], base: 0x1fff_c400, end: 0x1fff_f800, idAddress: 0x1fff_f6a6, ram: 6 * 1024 },
  { line: 'stm32f091', ids: [0x50], base: 0x1fff_d800, end: 0x1fff_f800, idAddress: 0x1fff_f796, ram: 6 * 1024 },
];

const nameOf = (line: string, id: number): string => `${line}-0x${id.toString(16).toUpperCase()}`;
const images = lines.flatMap((line) => line.ids.map((id) => [nameOf(line.line, id), line, id] as const));

test('the images that were built are those of the list', () => {
  const built = readdirSync(folder).filter((name) => name.endsWith('.bin'));
  expect(built.sort()).toEqual(images.map(([name]) => `${name}.bin`).sort());
});

describe.each(images)('%s', (name, { base, end, idAddress, ram }, id) => {
  const bin = readFileSync(new URL(`${name}.bin`, folder));
  const elf = readElf(name, readFileSync(new URL(`${name}.elf`, folder)));
  const word = (offset: number): number => bin.readUInt32LE(offset);
  const symbol = (called: string): number => elf.symbols.get(called)?.address ?? Number.NaN;

  test('begins at the base of system memory and ends with its ROM ID', () => {
    expect(elf.segments[0]?.address).toBe(base);
    expect(bin.length).toBe(idAddress + 2 - base);
    expect(bin[idAddress - base]).toBe(id);
  });

  test('has its code inside system memory', () => {
    const code = elf.segments.filter(({ address }) => address >= base && address < idAddress);
    for (const { address, bytes } of code) expect(address + bytes.length).toBeLessThanOrEqual(end);
  });

  test('starts with a stack inside its RAM and a Thumb entry inside its code', () => {
    expect(word(0)).toBe(0x2000_0000 + ram);
    expect(word(4) & 1).toBe(1);
    expect(word(4)).toBeGreaterThan(base);
    expect(word(4)).toBeLessThan(end);
  });

  test('keeps static data inside its RAM, with 1 KB for the stack', () => {
    expect(symbol('_data_start')).toBe(0x2000_0000);
    expect(symbol('_bss_end')).toBeLessThanOrEqual(0x2000_0000 + ram - 1024);
  });
});
