import { describe, expect, test } from '@jest/globals';
import { CR, SR } from '../peripheral/flash-g0-registers.ts';
import { REG } from './addresses.ts';
import {
  BASE,
  busy,
  erase,
  launchOptions,
  PAGE,
  pair,
  programmed,
  setOptions,
  status,
  unlock,
} from './flash-steps-g0.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c031 } from './stm32c031.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32g070 } from './stm32g070.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const EMPTY = 1 << 16;
const DBG_SWEN = 1 << 18;

const parts = [
  ['G070', stm32g070, 0xdfff_e1aa, 0x600, 64],
  ['G0B1', stm32g0b1, 0xffff_feaa, 0x4_0600, 256],
  ['C011', stm32c011, 0xffff_feaa, 0x4_0600, 16],
  ['C031', stm32c031, 0xffff_feaa, 0x4_0600, 16],
  ['C071', stm32c071, 0xffff_feaa, 0x4_0600, 64],
] as const;

describe.each(parts)('FLASH of %s', (_name, part, optr, acr, pages) => {
  const bench = (): TestBench => createBenchOf(part);

  test('shows factory options and the reset value of ACR with EMPTY of an erased flash', () => {
    const b = bench();
    expect([b.read(REG.FLASH_OPTR), b.read(REG.FLASH_ACR)]).toEqual([optr, acr | EMPTY]);
  });
  test('EMPTY is judged when the options are loaded, not by a reset, and decides the boot', () => {
    const b = bench();
    programmed(b, BASE, 0x2000_1000);
    expect(b.part.reset('system', 'pin')).toBe('system');
    launchOptions(b);
    expect(b.read(REG.FLASH_ACR) & EMPTY).toBe(0);
    expect(b.part.reset('system', 'pin')).toBe('flash');
  });
  test('programs double words in its first and its last page', () => {
    const b = bench();
    for (const address of [BASE, BASE + pages * PAGE - 8]) {
      programmed(b, address, 0x1122_3344, 0x5566_7788);
      expect([b.read(address), b.read(address + 4), status(b)]).toEqual([0x1122_3344, 0x5566_7788, 0]);
    }
  });
  test('a page erase takes its time and spares the neighbours', () => {
    const b = bench();
    for (const page of [2, 3, 4]) programmed(b, BASE + PAGE * page, page);
    expect(erase(b, CR.PER | (3 << 3))).toBeGreaterThanOrEqual(22_000_000);
    expect([2, 3, 4].map((page) => b.read(BASE + PAGE * page))).toEqual([2, 0xffff_ffff, 4]);
  });
  test('a page that does not exist is not erased, and nothing else is', () => {
    const b = bench();
    programmed(b, BASE, 1);
    unlock(b);
    b.write(REG.FLASH_CR, CR.PER | (300 << 3) | CR.STRT);
    b.pass(50_000_000);
    expect([b.read(BASE), b.notes.includes('erase of a page that does not exist')]).toEqual([1, true]);
  });
  test('a write-protected area refuses programming and mass erase', () => {
    const b = bench();
    setOptions(b, { [REG.FLASH_WRP1AR]: (3 << 16) | 2 });
    launchOptions(b);
    programmed(b, BASE + 3 * PAGE, 1);
    expect(status(b)).toBe(SR.WRPERR | SR.PGSERR); // the second word comes while WRPERR stands
    b.write(REG.FLASH_SR, SR.WRPERR | SR.PGSERR);
    unlock(b);
    b.write(REG.FLASH_CR, CR.MER1 | CR.STRT);
    expect([status(b), busy(b)]).toEqual([SR.WRPERR, false]);
  });
});

describe.each([
  ['G0B1', stm32g0b1],
  ['C011', stm32c011],
  ['C031', stm32c031],
  ['C071', stm32c071],
] as const)('DBG_SWEN of %s (ST header FLASH_ACR_DBG_SWEN)', (_name, part) => {
  test('cleared, it cuts the debugger off until a reset', () => {
    const b = createBenchOf(part);
    expect(b.part.debugPortOpen()).toBe(true);
    b.write(REG.FLASH_ACR, 0x600);
    expect(b.part.debugPortOpen()).toBe(false);
    b.reset('pin');
    expect([b.part.debugPortOpen(), b.read(REG.FLASH_ACR) & DBG_SWEN]).toEqual([true, DBG_SWEN]);
  });
});
test('G070 has no DBG_SWEN: ACR keeps the bit at 0 and the debugger its access', () => {
  const b = createBenchOf(stm32g070);
  b.write(REG.FLASH_ACR, DBG_SWEN);
  expect([b.part.debugPortOpen(), b.read(REG.FLASH_ACR)]).toEqual([true, 0]);
});

describe('BOOT_LOCK in SECR', () => {
  const SECR = 0x4002_2080;
  test.each([
    ['G0B1', stm32g0b1],
    ['C071', stm32c071],
  ] as const)('%s boots main flash, empty or not', (_name, part) => {
    const b = createBenchOf(part);
    setOptions(b, { [SECR]: 1 << 16 });
    expect(b.part.reset('system', 'pin')).toBe('system');
    launchOptions(b);
    expect(b.part.reset('system', 'pin')).toBe('flash');
  });
});

describe('two banks (RM0444 3.3.8)', () => {
  const BANK2 = 0x0804_0000;
  const WRP2AR = 0x4002_204c;
  const nSWAP_BANK = 1 << 20;
  const DUAL_BANK = 1 << 21;
  const OPTR = 0xffff_feaa;
  const bench = (): TestBench => createBenchOf(stm32g0b1);
  const marked = (): TestBench => {
    const b = bench();
    for (const [i, address] of [BASE, BASE + PAGE, BANK2, BANK2 + PAGE].entries()) programmed(b, address, i + 1);
    return b;
  };
  const marks = (b: TestBench): number[] =>
    [BASE, BASE + PAGE, BANK2, BANK2 + PAGE].map((address) => b.read(address) & 0xff);
  const stalled = (b: TestBench): boolean[] => b.part.banks.map((bank) => bank.stalled);

  test('programming the upper half sets BSY2 and stalls that bank alone', () => {
    const b = bench();
    unlock(b);
    b.write(REG.FLASH_CR, CR.PG);
    pair(b, BANK2, 1);
    expect([status(b), stalled(b)]).toEqual([SR.BSY2 | SR.CFGBSY, [false, true]]);
    b.pass(100_000);
    pair(b, BASE, 1);
    expect([status(b), stalled(b)]).toEqual([SR.BSY1 | SR.CFGBSY, [true, false]]);
  });
  test('BKER names the bank of a page erase; pages count from 0 in each', () => {
    const b = marked();
    erase(b, CR.PER | CR.BKER | (1 << 3));
    expect(marks(b)).toEqual([1, 2, 3, 0xff]);
    erase(b, CR.PER | (1 << 3));
    expect(marks(b)).toEqual([1, 0xff, 3, 0xff]);
  });
  test('page 128 exists in neither bank', () => {
    const b = marked();
    unlock(b);
    b.write(REG.FLASH_CR, CR.PER | (128 << 3) | CR.STRT);
    expect([busy(b), marks(b)]).toEqual([false, [1, 2, 3, 4]]);
  });
  test.each([
    ['MER1', CR.MER1, [0xff, 0xff, 3, 4]],
    ['MER2', CR.MER2, [1, 2, 0xff, 0xff]],
    ['MER1 and MER2', CR.MER1 | CR.MER2, [0xff, 0xff, 0xff, 0xff]],
  ])('%s erases what it names', (_what, bits, expected) => {
    const b = marked();
    erase(b, bits);
    expect(marks(b)).toEqual(expected);
  });
  test('who waits for BSY1 alone loses the next page of bank 2: CR takes no write meanwhile', () => {
    const b = marked();
    unlock(b);
    b.write(REG.FLASH_CR, CR.PER | CR.BKER | CR.STRT);
    expect(status(b) & SR.BSY1).toBe(0);
    b.write(REG.FLASH_CR, CR.PER | CR.BKER | (1 << 3) | CR.STRT);
    b.pass(100_000_000);
    expect(marks(b)).toEqual([1, 2, 0xff, 4]);
  });
  test('WRP2AR protects pages of bank 2', () => {
    const b = marked();
    setOptions(b, { [WRP2AR]: (1 << 16) | 1 });
    launchOptions(b);
    unlock(b);
    b.write(REG.FLASH_CR, CR.PER | CR.BKER | (1 << 3) | CR.STRT);
    expect(status(b)).toBe(SR.WRPERR);
    b.write(REG.FLASH_SR, SR.WRPERR);
    erase(b, CR.PER | (1 << 3));
    expect(marks(b)).toEqual([1, 0xff, 3, 4]);
  });
  test('nSWAP_BANK = 0 exchanges the banks at the next option load, and back', () => {
    const b = marked();
    setOptions(b, { [REG.FLASH_OPTR]: (OPTR & ~nSWAP_BANK) >>> 0 });
    expect(marks(b)).toEqual([1, 2, 3, 4]);
    launchOptions(b);
    expect(marks(b)).toEqual([3, 4, 1, 2]);
    erase(b, CR.PER | CR.BKER); // page 0 of bank 2, which is now the lower one
    expect(marks(b)).toEqual([0xff, 4, 1, 2]);
    setOptions(b, { [REG.FLASH_OPTR]: OPTR });
    launchOptions(b);
    expect(marks(b)).toEqual([1, 2, 0xff, 4]);
  });
  test('the swap survives power-off', () => {
    const b = marked();
    setOptions(b, { [REG.FLASH_OPTR]: (OPTR & ~nSWAP_BANK) >>> 0 });
    b.powerCycle();
    expect(marks(b)).toEqual([3, 4, 1, 2]);
    b.powerCycle();
    expect(marks(b)).toEqual([3, 4, 1, 2]);
  });
  test('with DUAL_BANK = 0 pages count through, MER1 takes all, and everything stalls', () => {
    const b = marked();
    setOptions(b, { [REG.FLASH_OPTR]: (OPTR & ~DUAL_BANK) >>> 0 });
    launchOptions(b);
    erase(b, CR.PER | (129 << 3));
    expect(marks(b)).toEqual([1, 2, 3, 0xff]);
    unlock(b);
    b.write(REG.FLASH_CR, CR.MER1 | CR.STRT);
    expect([status(b), stalled(b)]).toEqual([SR.BSY1 | SR.CFGBSY, [true, true]]);
    b.pass(100_000_000);
    expect(marks(b)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });
  test('a reset in the middle leaves a page of bank 2 neither erased nor as it was', () => {
    const b = bench();
    programmed(b, BANK2, 0);
    unlock(b);
    b.write(REG.FLASH_CR, CR.PER | CR.BKER | CR.STRT);
    b.pass(5_000_000);
    b.reset('pin');
    expect([b.read(BANK2) === 0, b.read(BANK2) === 0xffff_ffff, stalled(b)]).toEqual([false, false, [false, false]]);
  });
  test('RDP regression erases both', () => {
    const b = marked();
    setOptions(b, { [REG.FLASH_OPTR]: 0xffff_febb });
    b.powerCycle();
    setOptions(b, { [REG.FLASH_OPTR]: OPTR });
    expect(marks(b)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });
});
