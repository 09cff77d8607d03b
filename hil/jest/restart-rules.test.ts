import { describe, expect, test } from '@jest/globals';
import type { BootRecord } from '../board/bench-types.ts';
import { restartDefects } from './restart-rules.ts';

/** As a G0 starts after a system reset. */
const clean: BootRecord = {
  n: 4,
  fresh: 0,
  csr: 0x1400_0000,
  vtor: 0,
  control: 0,
  primask: 0,
  ipsr: 0,
  rcc_cr: 0x500,
  rcc_cfgr: 0,
  rcc_pllcfgr: 0x1000,
  rcc_icscr: 0x4082,
  apbenr1: 0,
  apbenr2: 0,
  flash_sr: 0,
  flash_cr: 0xc000_0000,
  syscfg_cfgr1: 0,
  systick_ctrl: 0,
  nvic_iser: 0,
  nvic_ispr: 0,
};
const before: BootRecord = { n: 3, csr: 0, vtor: 0 };

describe('a clean restart', () => {
  test('has SFTRSTF, with or without PINRSTF, and reset values', () => {
    expect(restartDefects(clean, before)).toEqual([]);
    expect(restartDefects({ ...clean, csr: 0x1000_0000 }, before)).toEqual([]);
  });

  test('does not mind the low bits of RCC_CSR nor the factory calibration', () => {
    expect(restartDefects({ ...clean, csr: 0x1400_0003, rcc_icscr: 0x40a1 }, before)).toEqual([]);
  });

  test.each([
    ['a branch instead of a reset', { csr: 0 }, /SFTRSTF is not set/],
    ['a start without any reset flag but PINRSTF', { csr: 0x0400_0000 }, /SFTRSTF is not set/],
    ['a watchdog beside the software reset', { csr: 0x3400_0000 }, /another reset came as well/],
    ['no start at all', { n: 3 }, /from 3 to 3, not to 4/],
    ['two starts', { n: 5 }, /from 3 to 5, not to 4/],
    ["the ROM's vector table", { vtor: 0x1fff_0000 }, /vtor is 0x1FFF_0000/],
    ["the ROM's PLL", { rcc_cr: 0x0300_0500 }, /rcc_cr .*PLL off/],
    ['the PLL as SYSCLK', { rcc_cfgr: 0x12 }, /rcc_cfgr/],
    ['a trimmed HSI', { rcc_icscr: 0x0082 }, /HSITRIM/],
    ['system memory at 0', { syscfg_cfgr1: 1 }, /main flash mapped at 0/],
    ['a running SysTick', { systick_ctrl: 7 }, /SysTick off/],
    ['masked interrupts', { primask: 1 }, /primask/],
    ['an exception', { ipsr: 3 }, /thread mode/],
    ['settings made anew', { fresh: 1 }, /survived/],
  ])('is not %s', (_what, change, expected) => {
    const defects = restartDefects({ ...clean, ...change } as BootRecord, before);
    expect(defects).toHaveLength(1);
    expect(defects[0]).toMatch(expected);
  });

  test('is not shown by a banner without its fields', () => {
    expect(restartDefects({ n: 4, csr: 0x1000_0000, vtor: 0 }, before).length).toBeGreaterThan(10);
  });
});
