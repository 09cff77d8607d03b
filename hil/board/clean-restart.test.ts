import { describe, expect, test } from '@jest/globals';
import type { BootRecord } from './bench-types.ts';
import { restartProblems } from './clean-restart.ts';

const before: BootRecord = { n: 4, csr: 0, vtor: 0 };
const clean: BootRecord = {
  n: 5,
  csr: 0x1400_0000,
  vtor: 0,
  control: 0,
  primask: 0,
  ipsr: 0,
  rcc_cr: 0x500,
  rcc_cfgr: 0,
  rcc_pllcfgr: 0x1000,
  apbenr1: 0,
  apbenr2: 0,
  syscfg_cfgr1: 0,
  systick_ctrl: 0,
  nvic_iser: 0,
  nvic_ispr: 0,
};

describe('a restart is clean', () => {
  test('by a software reset with every register at its reset value', () => {
    expect(restartProblems(before, clean)).toEqual([]);
  });
  test('also when the pin reset flag does not join', () => {
    expect(restartProblems(before, { ...clean, csr: 0x1000_0000 })).toEqual([]);
  });
});

describe('a restart is not clean', () => {
  test.each<[string, Partial<Record<string, number>>, string]>([
    ['when the counter did not move', { n: 4 }, 'boot counter 4 -> 4'],
    ['when it restarted twice', { n: 6 }, 'boot counter 4 -> 6'],
    ['when the ROM only branched back (no flag)', { csr: 0 }, 'SFTRSTF is not set'],
    ['when the watchdog was it', { csr: 0x3400_0000 }, 'flags of other resets'],
    ['when VTOR still points to the ROM', { vtor: 0x1fff_0000 }, 'vtor 0x1fff0000'],
    ['when the PLL still runs', { rcc_cr: 0x0300_0500 }, 'rcc_cr 0x03000500'],
    ['when system memory is still mapped at 0', { syscfg_cfgr1: 1 }, 'syscfg_cfgr1 0x00000001'],
  ])('%s', (_, change, reason) => {
    expect(restartProblems(before, { ...clean, ...change } as BootRecord)).toEqual([expect.stringContaining(reason)]);
  });
});
