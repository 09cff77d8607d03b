import { describe, expect, test } from '@jest/globals';
import type { BootRecord } from '../board/bench-types.ts';
import { chipNamed } from '../chip/lookup.ts';
import { restartDefects } from './restart-rules.ts';

const g070 = chipNamed('STM32G070RB');

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
    expect(restartDefects(g070, clean, before)).toEqual([]);
    expect(restartDefects(g070, { ...clean, csr: 0x1000_0000 }, before)).toEqual([]);
  });

  test('does not mind the low bits of RCC_CSR nor the factory calibration', () => {
    expect(restartDefects(g070, { ...clean, csr: 0x1400_0003, rcc_icscr: 0x40a1 }, before)).toEqual([]);
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
    const defects = restartDefects(g070, { ...clean, ...change } as BootRecord, before);
    expect(defects).toHaveLength(1);
    expect(defects[0]).toMatch(expected);
  });

  test('is not shown by a banner without its fields', () => {
    expect(restartDefects(g070, { n: 4, csr: 0x1000_0000, vtor: 0 }, before).length).toBeGreaterThan(10);
  });
});

/** Whole registers as the manuals give them after reset: a rule must hold for what a chip really shows, reserved bits and all. */
describe.each([
  [
    'STM32C071RB',
    {
      rcc_cr: 0x1540,
      rcc_cfgr: 0,
      rcc_icscr: 0x40a1,
      apbenr1: 0,
      apbenr2: 0,
      flash_sr: 0,
      flash_cr: 0xc000_0000,
      syscfg_cfgr1: 0,
      vtor: 0,
    },
  ],
  [
    'STM32L476RG',
    {
      rcc_cr: 0x63,
      rcc_cfgr: 0,
      rcc_pllcfgr: 0x1000,
      rcc_icscr: 0x1072_0072,
      ahb1enr: 0x100,
      apb2enr: 0,
      flash_sr: 0,
      flash_cr: 0xc000_0000,
      syscfg_memrmp: 0,
      vtor: 0,
    },
  ],
  [
    'STM32F411RE',
    {
      rcc_cr: 0x7b83,
      rcc_cfgr: 0,
      rcc_pllcfgr: 0x2400_3010,
      ahb1enr: 0,
      apb1enr: 0,
      apb2enr: 0,
      flash_sr: 0,
      flash_cr: 0x8000_0000,
      syscfg_memrmp: 0,
      vtor: 0,
    },
  ],
  [
    'STM32L073RZ',
    {
      rcc_cr: 0x300,
      rcc_cfgr: 0,
      rcc_icscr: 0xb085,
      apb1enr: 0,
      apb2enr: 0,
      flash_sr: 0xc,
      flash_pecr: 7,
      syscfg_cfgr1: 0,
      vtor: 0,
    },
  ],
  [
    'STM32F042K6',
    {
      rcc_cr: 0x7b83,
      rcc_cfgr: 0,
      rcc_cr2: 0x80,
      apb1enr: 0,
      apb2enr: 0,
      flash_sr: 0,
      flash_cr: 0x80,
      syscfg_cfgr1: 0,
    },
  ],
] as const)('a clean restart of the %s', (name, registers) => {
  const chip = chipNamed(name);
  const record = {
    n: 4,
    fresh: 0,
    csr: 0x1400_0000,
    control: 0,
    primask: 0,
    ipsr: 0,
    systick_ctrl: 0,
    nvic_iser: 0,
    nvic_ispr: 0,
    ...registers,
  };

  test('shows the reset values of its manual', () => {
    expect(restartDefects(chip, record, before)).toEqual([]);
  });

  test.each(Object.keys(registers))('is not shown with another %s', (field) => {
    const found = { ...record, [field]: ~record[field as 'ipsr'] >>> 0 };
    expect(restartDefects(chip, found, before)).toHaveLength(1);
  });
});
