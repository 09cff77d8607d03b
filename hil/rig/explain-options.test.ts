import { describe, expect, test } from '@jest/globals';
import { stm32g070rb as chip } from '../chip/part/stm32g070rb.ts';
import { bootChoice, explainOptions, notAsFromFactory, protectedAreas, rdpLevelOf } from './explain-options.ts';

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

  test('is not told for a part with another pattern', () => {
    const other = { ...chip, rom: { ...chip.rom, bootPattern: 6 } };
    expect(bootChoice(other, optr(FACTORY), false)).toEqual({ by: 'unknown pattern', pattern: 6 });
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
  for (const { field, meaning } of explainOptions(chip, optr(FACTORY)))
    expect([field, meaning]).not.toEqual([field, expect.stringMatching(/^\d*$/)]);
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

test('what the factory did not set is named', () => {
  expect(notAsFromFactory(chip, optr(FACTORY))).toEqual([]);
  expect(notAsFromFactory(chip, { ...optr(without(NBOOT0)), WRP1AR: 0x0003_0000 })).toEqual([
    'nBOOT0',
    'WRP1A_STRT',
    'WRP1A_END',
  ]);
});
