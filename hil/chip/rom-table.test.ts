import { describe, expect, test } from '@jest/globals';
import { chipNamed } from './lookup.ts';
import { whyNotRomTable } from './rom-table.ts';

const g070 = chipNamed('STM32G070RB');

describe('the two words that a ROM vector table begins with', () => {
  test('are a stack pointer in SRAM and an odd address in system memory', () => {
    expect(whyNotRomTable(g070, 0x2000_2600, 0x1fff_0145)).toBeUndefined();
  });

  test('may name the end of SRAM as stack, which grows down from there', () => {
    expect(whyNotRomTable(g070, 0x2000_9000, 0x1fff_0145)).toBeUndefined();
  });

  test.each([
    { what: 'an erased place', stack: 0xffff_ffff, entry: 0xffff_ffff, why: /not word aligned/ },
    { what: 'code', stack: 0x4770_2000, entry: 0x1fff_0145, why: /no address in SRAM/ },
    { what: 'the start of SRAM, below which no stack is', stack: 0x2000_0000, entry: 0x1fff_0145, why: /in SRAM/ },
    { what: 'a vector without the Thumb bit', stack: 0x2000_2600, entry: 0x1fff_0144, why: /even/ },
    { what: 'the table of an application', stack: 0x2000_8000, entry: 0x0800_0c41, why: /out of system memory/ },
  ])('are not those of $what', ({ stack, entry, why }) => {
    expect(whyNotRomTable(g070, stack, entry)).toMatch(why);
  });
});
