import { describe, expect, test } from '@jest/globals';
import {
  type BitField,
  type Chip,
  contains,
  endOf,
  erasedWord,
  fieldOf,
  flashKeys,
  overlaps,
  pageAt,
  pageCount,
  pageOf,
  type Region,
  romUsartOnVcp,
} from './chip.ts';
import { chipNamed, chips, chipsWithDevId, chipWithDevId } from './lookup.ts';

/** Paths of all values in a chip, leaving out its provenance. */
function leafPaths(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => leafPaths(item, path === '' ? key : `${path}.${key}`));
}

function facts(chip: Chip): readonly string[] {
  return leafPaths({ ...chip, provenance: undefined }).filter((path) => path !== 'provenance');
}

function memoriesOf(chip: Chip): readonly Region[] {
  const { flash, sram, sram2, systemMemory, systemMemory2, optionBytes, dataMemory, otp } = chip;
  const regions = [flash, sram, sram2, systemMemory, systemMemory2, optionBytes, optionBytes.second, dataMemory, otp];
  return regions.filter((region): region is Region => region !== undefined);
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
    const memories = memoriesOf(chip);
    for (const [i, one] of memories.entries()) {
      for (const other of memories.slice(i + 1)) expect(overlaps(one, other.base, other.size)).toBe(false);
    }
  });

  test('has pages that fill the flash, in banks of equal size', () => {
    const filled = chip.flash.pages.reduce((sum, run) => sum + run.count * run.size, 0);
    expect(filled).toBe(chip.flash.size);
    expect(pageAt(chip, 0)?.base).toBe(chip.flash.base);
    expect(pageOf(chip, endOf(chip.flash) - 1)).toBe(pageCount(chip) - 1);
    expect(pageCount(chip) % chip.flash.banks).toBe(0);
  });

  test('has a ROM ID inside system memory, and ROM RAM inside SRAM below what commands accept', () => {
    const { rom } = chip;
    const system = [chip.systemMemory, ...(chip.systemMemory2 === undefined ? [] : [chip.systemMemory2])];
    expect(system.some((region) => contains(region, rom.idAddress))).toBe(true);
    expect(contains(chip.sram, rom.ramUsed.base, rom.ramUsed.size)).toBe(true);
    expect(contains(chip.sram, rom.ramValid.base, rom.ramValid.size)).toBe(true);
    expect(rom.versions.map((version) => version.id)).toEqual([...new Set(rom.versions.map((version) => version.id))]);
  });

  test('comes from the factory at readout protection level 0, by the one word that holds it', () => {
    const words = chip.optionBytes.words.filter((word) => word.fields.RDP !== undefined);
    expect(words.map((word) => fieldOf(word.factory, word.fields.RDP as BitField))).toEqual([0xaa]);
  });

  test('comes from the factory without write protection', () => {
    for (const word of chip.optionBytes.words) {
      for (const [name, field] of Object.entries(word.fields)) {
        const value = fieldOf(word.factory, field);
        const all = 2 ** field.width - 1;
        if (/^(nWRP)$/.test(name)) expect([name, value]).toEqual([name, all]);
        if (name === 'WRP')
          expect([name, value]).toEqual([name, chip.optionBytes.layout === 'half-complement' ? 0 : all]);
        if (name.endsWith('_STRT')) expect([name, value]).toEqual([name, all]);
        if (name.endsWith('_END')) expect([name, value]).toEqual([name, 0]);
      }
    }
  });

  test('has option words whose fields do not overlap, at addresses of the option area', () => {
    const areas = [chip.optionBytes, ...(chip.optionBytes.second === undefined ? [] : [chip.optionBytes.second])];
    for (const word of chip.optionBytes.words) {
      const bits = Object.values(word.fields).flatMap(({ lsb, width }) =>
        Array.from({ length: width }, (_, i) => lsb + i),
      );
      expect([word.name, new Set(bits).size]).toEqual([word.name, bits.length]);
      expect(Math.max(...bits)).toBeLessThan(word.width ?? 32);
      expect(areas.some((area) => contains(area, word.address, 4))).toBe(true);
    }
  });

  test('names control bits, keys and registers that its FLASH interface has', () => {
    const { control, keys, registers } = chip.flash.controller;
    const named = [...control.massErase, ...control.change, ...control.optionStart];
    expect(named.filter((name) => control.bits[name] === undefined)).toEqual([]);
    expect(
      [control.register, ...keys.map((key) => key.register)].filter((name) => registers[name] === undefined),
    ).toEqual([]);
    expect(flashKeys(chip, 'flash')).toBeDefined();
    expect(flashKeys(chip, 'option bytes')).toBeDefined();
  });
});

describe('lookup', () => {
  test.each(['STM32G070RB', 'stm32g070rb', 'NUCLEO-G070RB'])('finds the part called %s', (name) => {
    expect(chipNamed(name).name).toBe('STM32G070RB');
  });

  test('of an unknown name says which are known', () => {
    expect(() => chipNamed('STM32F411')).toThrow(
      /no part is called 'STM32F411'; known are .*STM32G070RB, NUCLEO-G070RB/,
    );
  });

  test('by DEV_ID ignores the bits above it', () => {
    expect(chipWithDevId(0x2000_6460).name).toBe('STM32G070RB');
    expect(chipsWithDevId(0x413)).toEqual([]);
    expect(() => chipWithDevId(0x413)).toThrow('no part with DEV_ID 0x413 is known');
  });

  test('by a DEV_ID that two boards carry gives both', () => {
    expect(chipsWithDevId(0x431).map((chip) => chip.board.name)).toEqual(['NUCLEO-F411RE', 'BLACKPILL-F411CE']);
  });
});

test('names of parts and boards are all different', () => {
  const names = chips.flatMap((chip) => [chip.name, chip.board.name]);
  expect(new Set(names).size).toBe(names.length);
});

describe('pages', () => {
  test.each([
    ['STM32G070RB', 0x0800_0000, 0],
    ['STM32G070RB', 0x0800_07ff, 0],
    ['STM32G070RB', 0x0800_0800, 1],
    ['STM32G070RB', 0x0801_ffff, 63],
    ['STM32G070RB', 0x0802_0000, undefined],
    ['STM32G070RB', 0x07ff_ffff, undefined],
    ['STM32L073RZ', 0x0800_0080, 1],
    ['STM32F042K6', 0x0800_0400, 1],
    ['STM32F411RE', 0x0800_ffff, 3],
    ['STM32F411RE', 0x0801_0000, 4],
    ['STM32F411RE', 0x0802_0000, 5],
    ['STM32F411RE', 0x0807_ffff, 7],
    ['STM32L476RG', 0x0808_0000, 256],
  ])('of %s: %i lies in page %p', (name, address, page) => {
    expect(pageOf(chipNamed(name), address)).toBe(page);
  });

  test.each([
    ['STM32F411RE', 4, { index: 4, base: 0x0801_0000, size: 0x1_0000 }],
    ['STM32F411RE', 7, { index: 7, base: 0x0806_0000, size: 0x2_0000 }],
    ['STM32F411RE', 8, undefined],
    ['STM32L011K4', 127, { index: 127, base: 0x0800_3f80, size: 128 }],
  ])('of %s: number %i is %p', (name, index, page) => {
    expect(pageAt(chipNamed(name), index)).toEqual(page);
  });

  test('erased flash of L0 reads 0, of all others 0xFF', () => {
    const zero = chips.filter((chip) => erasedWord(chip) === 0).map((chip) => chip.family);
    expect(new Set(zero)).toEqual(new Set(['L0']));
    expect(chips.filter((chip) => erasedWord(chip) === 0xffff_ffff)).toHaveLength(chips.length - 3);
  });
});

test('the VCP reaches the ROM on these boards, and on no other', () => {
  const reached = chips.filter((chip) => romUsartOnVcp(chip) !== undefined).map((chip) => chip.board.name);
  expect(reached).toEqual([
    'NUCLEO-G070RB',
    'NUCLEO-G0B1RE',
    'NUCLEO-C071RB',
    'NUCLEO-F091RC',
    'NUCLEO-L073RZ',
    'NUCLEO-L476RG',
  ]);
});
