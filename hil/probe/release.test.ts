import { expect, test } from '@jest/globals';
import { runs } from './flash-access.ts';
import { comparatorCount, type ReleaseEvidence, remains } from './release.ts';

const field: ReleaseEvidence = { DHCSR: 0x0101_0000, DEMCR: 0, FP_CTRL: 0x40, DBGMCU_CR: 0, freezes: [0, 0] };

test.each([
  [{}, undefined],
  [{ DHCSR: 0x0101_0001 }, 'C_DEBUGEN is set (DHCSR 0x0101_0001)'],
  [{ DHCSR: 0x0002_0000 }, 'the core is halted (DHCSR 0x0002_0000)'],
  [{ DEMCR: 0x0100_0000 }, 'DEMCR reads 0x0100_0000'],
  [{ FP_CTRL: 0x41 }, 'the breakpoint unit is on (FP_CTRL 0x41)'],
  [{ DBGMCU_CR: 6 }, 'DBGMCU_CR reads 0x06'],
  [{ freezes: [0, 0x1800] }, 'a DBGMCU freeze register reads 0x1800'],
])('with %j, what remains of the debugger is: %s', (change, expected) => {
  expect(remains({ ...field, ...change })).toBe(expected);
});

test.each([
  [[], []],
  [[3], [[3, 3]]],
  [
    [5, 3, 4, 4, 9],
    [
      [3, 5],
      [9, 9],
    ],
  ],
])('pages %j are erased as %j', (pages, expected) => {
  expect(runs(pages)).toEqual(expected);
});

test.each([
  ['Cortex-M0+: 4 for code', 0x40, 4],
  ['Cortex-M4: 6 for code, 2 for literals', 0x260, 8],
  ['the most that the register can say', 0x7ff3, 127 + 15],
])('comparators of the breakpoint unit of a %s', (_core, fpCtrl, count) => {
  expect(comparatorCount(fpCtrl)).toBe(count);
});
