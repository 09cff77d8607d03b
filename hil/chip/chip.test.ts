import { describe, expect, test } from '@jest/globals';
import { type Chip, contains, endOf, fieldOf, overlaps, pageCount, pageOf } from './chip.ts';
import { chipNamed, chips, chipsWithDevId, chipWithDevId } from './lookup.ts';

/** Paths of all values in a chip, leaving out its provenance. */
function leafPaths(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => leafPaths(item, path === '' ? key : `${path}.${key}`));
}

function facts(chip: Chip): readonly string[] {
  return leafPaths({ ...chip, provenance: undefined }).filter((path) => path !== 'provenance');
}

describe.each(chips.map((chip) => [chip.name, chip] as const))('%s', (_name, chip) => {
  test('has a source for every value', () => {
    const sourced = Object.keys(chip.provenance);
    const unsourced = facts(chip).filter((path) => !sourced.some((key) => path === key || path.startsWith(`${key}.`)));
    expect(unsourced).toEqual([]);
  });

  test('has no source without a value', () => {
    const paths = facts(chip);
    const dangling = Object.keys(chip.provenance).filter(
      (key) => !paths.some((path) => path === key || path.startsWith(`${key}.`)),
    );
    expect(dangling).toEqual([]);
  });

  test('has memories that do not overlap', () => {
    const memories = [chip.flash, chip.sram, chip.systemMemory, chip.optionBytes];
    for (const [i, one] of memories.entries()) {
      for (const other of memories.slice(i + 1)) expect(overlaps(one, other.base, other.size)).toBe(false);
    }
  });

  test('has whole pages, a ROM ID inside system memory, and ROM RAM inside SRAM', () => {
    expect(Number.isInteger(pageCount(chip))).toBe(true);
    expect(contains(chip.systemMemory, chip.rom.idAddress)).toBe(true);
    expect(contains(chip.sram, chip.rom.ramUsed.base, chip.rom.ramUsed.size)).toBe(true);
    expect(contains(chip.sram, chip.rom.ramValid.base, chip.rom.ramValid.size)).toBe(true);
  });

  test('comes from the factory at readout protection level 0', () => {
    const optr = chip.optionBytes.words.find((word) => word.name === 'OPTR');
    expect(fieldOf(optr?.factory ?? 0, { lsb: 0, width: 8 })).toBe(0xaa);
  });
});

describe('lookup', () => {
  test.each(['STM32G070RB', 'stm32g070rb', 'NUCLEO-G070RB'])('finds the part called %s', (name) => {
    expect(chipNamed(name).name).toBe('STM32G070RB');
  });

  test('of an unknown name says which are known', () => {
    expect(() => chipNamed('STM32F411')).toThrow(/no part is called 'STM32F411'; known are STM32G070RB/);
  });

  test('by DEV_ID ignores the bits above it', () => {
    expect(chipWithDevId(0x2000_6460).name).toBe('STM32G070RB');
    expect(chipsWithDevId(0x415)).toEqual([]);
    expect(() => chipWithDevId(0x415)).toThrow('no part with DEV_ID 0x415 is known');
  });
});

describe('pages of the G070', () => {
  const chip = chipNamed('STM32G070RB');
  test.each([
    [0x0800_0000, 0],
    [0x0800_07ff, 0],
    [0x0800_0800, 1],
    [0x0801_ffff, 63],
    [0x0802_0000, undefined],
    [0x07ff_ffff, undefined],
  ])('%i lies in page %p', (address, page) => {
    expect(pageOf(chip, address)).toBe(page);
  });

  test('flash ends at 0x0802_0000', () => {
    expect(endOf(chip.flash)).toBe(0x0802_0000);
  });
});
