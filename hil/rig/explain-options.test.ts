import { describe, expect, test } from '@jest/globals';
import { chipNamed, chips } from '../chip/lookup.ts';
import { stm32g070rb as chip } from '../chip/part/stm32g070rb.ts';
import { bootChoice, whyRomIsOutOfReach } from '../guard/boot-choice.ts';
import { explainOptions, notAsFromFactory, protectedAreas, rdpLevelOf } from './explain-options.ts';

const FACTORY = 0xdfff_e1aa;
const SELECT = 2 ** 24;
const NBOOT1 = 2 ** 25;
const NBOOT0 = 2 ** 26;
const optr = (OPTR: number): Readonly<Record<string, number>> => ({ OPTR, WRP1AR: 0x3f, WRP1BR: 0x3f });
const without = (...bits: readonly number[]): number => FACTORY - bits.reduce((sum, bit) => sum + bit, 0);

describe('the next reset boots (AN2606 r70 table 2, pattern 11)', () => {
  test.each([
    ['as from the factory, flash written', FACTORY, false, { by: 'options', memory: 'main flash' }],
    ['as from the factory, EMPTY set', FACTORY, true, { by: 'empty flag', memory: 'system memory' }],
    ['nBOOT0 = 0', without(NBOOT0), false, { by: 'options', memory: 'system memory' }],
    ['nBOOT0 = 0, EMPTY set', without(NBOOT0), true, { by: 'options', memory: 'system memory' }],
    ['nBOOT0 = 0, nBOOT1 = 0', without(NBOOT0, NBOOT1), false, { by: 'options', memory: 'SRAM' }],
    ['nBOOT0 = 0, nBOOT1 = 0, EMPTY set', without(NBOOT0, NBOOT1), true, { by: 'options', memory: 'SRAM' }],
    ['nBOOT1 = 0 alone', without(NBOOT1), false, { by: 'options', memory: 'main flash' }],
    ['nBOOT_SEL = 0', without(SELECT), false, { by: 'pin', low: 'main flash', high: 'system memory' }],
    ['nBOOT_SEL = 0, EMPTY set', without(SELECT), true, { by: 'pin', low: 'system memory', high: 'system memory' }],
    ['nBOOT_SEL = 0, nBOOT1 = 0', without(SELECT, NBOOT1), false, { by: 'pin', low: 'main flash', high: 'SRAM' }],
    [
      'nBOOT_SEL = 0, nBOOT0 = 0',
      without(SELECT, NBOOT0),
      false,
      { by: 'pin', low: 'main flash', high: 'system memory' },
    ],
  ] as const)('%s', (_name, value, empty, choice) => {
    expect(bootChoice(chip, optr(value), empty)).toEqual(choice);
  });

  test('is not told for a part with a pattern of another kind', () => {
    const other = { ...chip, rom: { ...chip.rom, bootPattern: 15 } };
    expect(bootChoice(other, optr(FACTORY), false)).toEqual({ by: 'unknown pattern', pattern: 15 });
  });
});

/** Factory words of a part, with bits of one word toggled. */
function factoryOf(name: string, word?: string, toggled = 0): Readonly<Record<string, number>> {
  const words = chipNamed(name).optionBytes.words.map((one) => [
    one.name,
    one.name === word ? (one.factory ^ toggled) >>> 0 : one.factory,
  ]);
  return Object.fromEntries(words);
}

describe('the next reset boots, by the other patterns', () => {
  const FLASH = 'main flash' as const;
  const ROM = 'system memory' as const;
  const pin = (low: string, high: string) => ({ by: 'pin', low, high });

  test.each([
    ['STM32F411RE', 'pattern 1', undefined, 0, false, { ...pin(FLASH, ROM), boot1: { pin: 'PB2', high: 'SRAM' } }],
    ['STM32L031K6', 'pattern 2', undefined, 0, false, pin(FLASH, ROM)],
    ['STM32L031K6', 'pattern 2, nBOOT1 = 0', 'OPTR', 0x8000_0000, false, pin(FLASH, 'SRAM')],
    ['STM32L073RZ', 'pattern 7', undefined, 0, false, pin(FLASH, ROM)],
    ['STM32L073RZ', 'pattern 7, BFB2 = 1', 'OPTR', 1 << 23, false, pin('the bank in which the ROM finds code', ROM)],
    ['STM32L476RG', 'pattern 7, BFB2 = 1', 'OPTR', 1 << 20, false, pin('the bank in which the ROM finds code', ROM)],
    ['STM32L476RG', 'pattern 7, nBOOT1 = 0', 'OPTR', 1 << 23, false, pin(FLASH, 'SRAM')],
    ['STM32F042K6', 'pattern 6, as from the factory', undefined, 0, false, pin(FLASH, ROM)],
    ['STM32F042K6', 'pattern 6, flash empty', undefined, 0, true, pin(ROM, ROM)],
    ['STM32F091RC', 'pattern 6, BOOT_SEL = 0', 'OBR', 1 << 15, false, { by: 'options', memory: FLASH }],
    ['STM32F091RC', 'pattern 6, BOOT_SEL = 0, nBOOT0 = 0', 'OBR', 0x8800, false, { by: 'options', memory: ROM }],
    ['STM32L011K4', 'pattern 6, as from the factory', undefined, 0, false, pin(FLASH, ROM)],
    ['STM32L011K4', 'pattern 6, nBOOT_SEL = 1', 'OPTR', 1 << 29, false, { by: 'options', memory: ROM }],
    ['STM32C071RB', 'pattern 11, as from the factory', undefined, 0, false, { by: 'options', memory: FLASH }],
    ['STM32C071RB', 'pattern 11, EMPTY set', undefined, 0, true, { by: 'empty flag', memory: ROM }],
    ['STM32G0B1RE', 'pattern 11, BOOT_LOCK, EMPTY set', 'SECR', 0x1_0000, true, { by: 'options', memory: FLASH }],
  ] as const)('%s, %s', (name, _what, word, toggled, empty, choice) => {
    expect(bootChoice(chipNamed(name), factoryOf(name, word, toggled), empty)).toEqual(choice);
  });
});

describe('the ROM is out of reach of pins and bits', () => {
  test.each([
    ['STM32F411RE', undefined, 0, undefined],
    ['STM32L476RG', undefined, 0, undefined],
    ['STM32L476RG', 'OPTR', 1 << 23, 'nBOOT1 0 boots SRAM where BOOT0 would lead to the ROM'],
    ['STM32F042K6', 'OBR', 1 << 15, 'the BOOT0 pin (PB8) is ignored and nBOOT0 is 1'],
    ['STM32F042K6', 'OBR', 0x8800, undefined],
    ['STM32F042K6', 'OBR', 0x66, 'readout protection level 2 boots main flash alone, for ever'],
    ['STM32G070RB', undefined, 0, 'the BOOT0 pin (PA14) is ignored and nBOOT0 is 1'],
    ['STM32C031C6', 'SECR', 0x1_0000, 'BOOT_LOCK 1 boots main flash alone'],
  ] as const)('%s with %s toggled by %i: %s', (name, word, toggled, why) => {
    expect(whyRomIsOutOfReach(chipNamed(name), factoryOf(name, word, toggled))).toBe(why);
  });
});

test.each([
  [0xaa, 0],
  [0xcc, 2],
  [0xbb, 1],
  [0x00, 1],
  [0xff, 1],
] as const)('the RDP byte %i is level %i (AN2606 r70 4.1)', (byte, level) => {
  expect(rdpLevelOf(byte)).toBe(level);
});

test.each([
  ['IWDG_SW', 16, 'starts by itself', 'starts by software only'],
  ['WWDG_SW', 19, 'starts by itself', 'starts by software only'],
  ['nRST_STOP', 13, 'entering Stop resets the chip', 'without a reset'],
  ['nRST_STDBY', 14, 'entering Standby resets the chip', 'without a reset'],
  ['RAM_PARITY_CHECK', 22, 'is on', 'is off'],
  ['nBOOT_SEL', 24, 'is the pin', 'pin is ignored'],
  ['nBOOT1', 25, 'SRAM is booted', 'system memory (the ROM) is booted'],
  ['nBOOT0', 26, 'counts as 1', 'counts as 0'],
] as const)('%s (bit %i): 0 means "%s", 1 means "%s"', (field, bit, atZero, atOne) => {
  const meaning = (value: number): string | undefined =>
    explainOptions(chip, optr(value)).find((option) => option.field === field)?.meaning;
  expect(meaning(FACTORY - 2 ** bit)).toContain(atZero);
  expect(meaning(FACTORY)).toContain(atOne);
});

test('every field of every option word has a meaning, not only a number', () => {
  for (const part of chips) {
    const factory = factoryOf(part.name);
    for (const words of [factory, Object.fromEntries(Object.keys(factory).map((name) => [name, 0]))]) {
      for (const { field, meaning } of explainOptions(part, words))
        expect([part.name, field, meaning]).not.toEqual([part.name, field, expect.stringMatching(/^\d*$/)]);
    }
  }
});

describe('write-protected areas (RM0454, FLASH_WRP1AR)', () => {
  test.each([
    ['start above end protects nothing', 0x0000_003f, []],
    ['one page', 0x0005_0005, [{ word: 'WRP1AR', first: 5, last: 5 }]],
    ['pages 0 to 3', 0x0003_0000, [{ word: 'WRP1AR', first: 0, last: 3 }]],
    ['the whole flash', 0x003f_0000, [{ word: 'WRP1AR', first: 0, last: 63 }]],
    ['just none: start one above end', 0x0004_0005, []],
  ] as const)('%s', (_name, WRP1AR, areas) => {
    expect(protectedAreas(chip, { OPTR: FACTORY, WRP1AR, WRP1BR: 0x3f })).toEqual(areas);
  });

  test('both areas are told', () => {
    expect(protectedAreas(chip, { WRP1AR: 0x0001_0000, WRP1BR: 0x003f_003e })).toEqual([
      { word: 'WRP1AR', first: 0, last: 1 },
      { word: 'WRP1BR', first: 62, last: 63 },
    ]);
  });
});

describe('write-protected areas of the other families', () => {
  test.each(chips.map((part) => [part.name]))('%s has none from the factory', (name) => {
    expect(protectedAreas(chipNamed(name), factoryOf(name))).toEqual([]);
  });

  test.each([
    ['STM32L073RZ', 'WRPR', 0b0110, [{ word: 'WRPR', first: 32, last: 95 }]],
    ['STM32L073RZ', 'WRPR2', 0b1, [{ word: 'WRPR2', first: 1024, last: 1055 }]],
    ['STM32F042K6', 'WRPR', 0b1, [{ word: 'WRPR', first: 0, last: 3 }]],
    ['STM32F042K6', 'WRPR', 0x80, [{ word: 'WRPR', first: 28, last: 31 }]],
    [
      'STM32F091RC',
      'WRPR',
      0x8000_0001,
      [
        { word: 'WRPR', first: 0, last: 1 },
        { word: 'WRPR', first: 62, last: 127 },
      ],
    ],
    [
      'STM32F411RE',
      'OPTCR',
      0x0011_0000,
      [
        { word: 'OPTCR', first: 0, last: 0 },
        { word: 'OPTCR', first: 4, last: 4 },
      ],
    ],
    ['STM32L476RG', 'WRP2AR', 0x0003_00ff, [{ word: 'WRP2AR', first: 256, last: 259 }]],
    ['STM32G0B1RE', 'WRP2AR', 0x0001_007f, [{ word: 'WRP2AR', first: 128, last: 129 }]],
  ])('%s, %s toggled by %i', (name, word, toggled, areas) => {
    expect(protectedAreas(chipNamed(name), factoryOf(name, word, toggled))).toEqual(areas);
  });
});

test.each([
  ['STM32F411RE', 'OPTCR', 0, 'BOR_LEV', 'brown-out reset is off'],
  ['STM32F411RE', 'OPTCR', 0b1000, 'BOR_LEV', 'brown-out level 2'],
  ['STM32L031K6', 'OPTR', 0, 'BOR_LEV', 'brown-out reset is off'],
  ['STM32L031K6', 'OPTR', 0x8_0000, 'BOR_LEV', 'brown-out level 1'],
  ['STM32L476RG', 'OPTR', 0x200, 'BOR_LEV', 'brown-out level 2'],
  ['STM32F091RC', 'OBR', 0, 'BOOT_SEL', 'BOOT0 is the pin'],
  ['STM32L011K4', 'OPTR', 0, 'nBOOT_SEL', 'BOOT0 is the pin'],
])('%s, %s toggled by %i: %s says "%s"', (name, word, toggled, field, meaning) => {
  const found = explainOptions(chipNamed(name), factoryOf(name, word, toggled)).find((one) => one.field === field);
  expect(found?.meaning).toBe(meaning);
});

test('what the factory did not set is named', () => {
  expect(notAsFromFactory(chip, optr(FACTORY))).toEqual([]);
  expect(notAsFromFactory(chip, { ...optr(without(NBOOT0)), WRP1AR: 0x0003_0000 })).toEqual([
    'nBOOT0',
    'WRP1A_STRT',
    'WRP1A_END',
  ]);
});
