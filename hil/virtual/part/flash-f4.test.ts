import { describe, expect, test } from '@jest/globals';
import { CR, SR } from '../peripheral/flash-f4-registers.ts';
import { F4 } from './addresses-l4-f4.ts';
import { stm32f411 } from './stm32f411.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const BASE = 0x0800_0000;
const SECTOR = [0, 0x4000, 0x8000, 0xc000, 0x1_0000, 0x2_0000, 0x4_0000, 0x6_0000].map((offset) => BASE + offset);
const OTP = 0x1fff_7800;
const FLASH_IRQ = 4;
const OPTCR_FACTORY = 0x0fff_aaed;
const X8 = 0;
const X16 = 1 << 8;
const X32 = 2 << 8;

const erasing = (sector: number): number => CR.SER | (sector << 3);
function unlock(b: TestBench): void {
  b.write(F4.FLASH_KEYR, 0x4567_0123);
  b.write(F4.FLASH_KEYR, 0xcdef_89ab);
}
function unlockOptions(b: TestBench): void {
  b.write(F4.FLASH_OPTKEYR, 0x0819_2a3b);
  b.write(F4.FLASH_OPTKEYR, 0x4c5d_6e7f);
}
const status = (b: TestBench): number => b.read(F4.FLASH_SR);
const busy = (b: TestBench): boolean => (status(b) & SR.BSY) !== 0;
function programming(psize = X32): TestBench {
  const b = createBenchOf(stm32f411);
  unlock(b);
  b.write(F4.FLASH_CR, CR.PG | psize);
  return b;
}
function programmed(b: TestBench, address: number, value: number): void {
  b.write(address, value);
  b.pass(100_000);
}
function erase(b: TestBench, bits: number): number {
  b.write(F4.FLASH_CR, bits | CR.STRT);
  return b.until(() => !busy(b), 2e10, 1e6);
}
function setOptions(b: TestBench, optcr: number): void {
  unlockOptions(b);
  b.write(F4.FLASH_OPTCR, optcr & ~3);
  b.write(F4.FLASH_OPTCR, (optcr & ~3) | 2);
  b.until(() => !busy(b), 2e10, 1e6);
}

describe('the key locks (RM0383 3.5.1, 3.6.2)', () => {
  test('CR and OPTCR are locked after reset and take no writes', () => {
    const b = createBenchOf(stm32f411);
    b.write(F4.FLASH_CR, CR.PG);
    b.write(F4.FLASH_OPTCR, 0);
    expect([b.read(F4.FLASH_CR), b.read(F4.FLASH_OPTCR)]).toEqual([CR.LOCK, OPTCR_FACTORY]);
  });
  test('each lock has its own keys: options open while CR is locked', () => {
    const b = createBenchOf(stm32f411);
    unlockOptions(b);
    expect([b.read(F4.FLASH_CR), b.read(F4.FLASH_OPTCR)]).toEqual([CR.LOCK, OPTCR_FACTORY & ~1]);
  });
  test('a wrong key is a bus error, and right keys then fail until reset', () => {
    const b = createBenchOf(stm32f411);
    expect(() => b.write(F4.FLASH_KEYR, 0x1234_5678)).toThrow('bus fault at 0x40023c04');
    expect(() => unlock(b)).toThrow('bus fault');
    b.reset('pin');
    unlock(b);
    expect(b.read(F4.FLASH_CR)).toBe(0);
  });
});

describe('programming by PSIZE', () => {
  test('a word at PSIZE x32 is busy for its programming time', () => {
    const b = programming();
    b.write(BASE, 0x1122_3344);
    expect([busy(b), b.part.banks[0]!.stalled]).toEqual([true, true]);
    expect(b.until(() => !busy(b), 1e6)).toBeGreaterThanOrEqual(16_000);
    expect([status(b), b.read(BASE)]).toEqual([0, 0x1122_3344]);
  });
  test('bytes and half-words land in their lanes', () => {
    const b = programming(X8);
    b.bus.write(BASE + 1, 0x55, 1);
    b.pass(20_000);
    b.write(F4.FLASH_CR, CR.PG | X16);
    b.bus.write(BASE + 2, 0x1234, 2);
    b.pass(20_000);
    expect([status(b), b.read(BASE)]).toEqual([0, 0x1234_55ff]);
  });
  test.each([
    ['a byte at x32', X32, 1],
    ['a half-word at x32', X32, 2],
    ['a word at x8', X8, 4],
    ['a word at x64', 3 << 8, 4],
  ] as const)('PGPERR for %s, and nothing is programmed', (_name, psize, width) => {
    const b = programming(psize);
    b.bus.write(BASE, 0, width);
    expect([status(b), b.read(BASE)]).toEqual([SR.PGPERR, 0xffff_ffff]);
  });
  test('PGSERR without PG, and while CR is locked', () => {
    const b = programming();
    b.write(F4.FLASH_CR, X32);
    b.write(BASE, 0);
    expect(status(b)).toBe(SR.PGSERR);
    b.write(F4.FLASH_SR, SR.PGSERR);
    b.write(F4.FLASH_CR, CR.PG | X32 | CR.LOCK);
    b.write(BASE, 0);
    expect([status(b), b.read(BASE)]).toEqual([SR.PGSERR, 0xffff_ffff]);
  });
  test('bits can be cleared later without an erase, and 1 over 0 stays 0 without an error', () => {
    const b = programming();
    programmed(b, BASE, 0xffff_00ff);
    programmed(b, BASE, 0xff00_ffff);
    expect([status(b), b.read(BASE)]).toEqual([0, 0xff00_00ff]);
  });
  test('an error that stands does not keep the next word from being programmed', () => {
    const b = programming();
    b.bus.write(BASE, 0, 1);
    programmed(b, BASE + 4, 5);
    expect([status(b), b.read(BASE + 4)]).toEqual([SR.PGPERR, 5]);
  });
  test('EOP is set only with EOPIE, OPERR only with ERRIE; both ask for the interrupt', () => {
    const b = programming();
    programmed(b, BASE, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([0, false]);
    b.write(F4.FLASH_CR, CR.PG | X32 | CR.EOPIE);
    programmed(b, BASE + 4, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([SR.EOP, true]);
    b.write(F4.FLASH_SR, SR.EOP);
    b.write(F4.FLASH_CR, CR.PG | X32 | CR.ERRIE);
    b.bus.write(BASE + 8, 1, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([SR.PGPERR | SR.OPERR, true]);
  });
  test('OTP is programmed until its lock byte is 0', () => {
    const b = programming();
    programmed(b, OTP + 32, 0x1234);
    b.write(F4.FLASH_CR, CR.PG | X8);
    b.bus.write(OTP + 512 + 1, 0, 1);
    b.pass(20_000);
    b.write(F4.FLASH_CR, CR.PG | X32);
    programmed(b, OTP + 32, 0);
    expect([status(b), b.read(OTP + 32)]).toEqual([SR.WRPERR, 0x1234]);
    b.write(F4.FLASH_SR, SR.WRPERR);
    programmed(b, OTP, 0);
    expect([status(b), b.read(OTP)]).toEqual([0, 0]);
  });
  test('a store to system memory gives WRPERR', () => {
    const b = programming();
    b.write(0x1fff_0000, 0);
    expect(status(b)).toBe(SR.WRPERR);
  });
});

describe('erase', () => {
  test.each([
    [0, X32, 250],
    [3, X8, 400],
    [4, X16, 700],
    [7, X32, 1000],
    [5, X8, 2000],
  ])('sector %i at PSIZE %i takes %i ms and leaves its neighbours', (sector, psize, ms) => {
    const b = programming();
    for (const base of SECTOR) programmed(b, base, sector);
    expect(erase(b, erasing(sector) | psize)).toBeGreaterThanOrEqual(ms * 1e6);
    expect(SECTOR.map((base) => b.read(base) === 0xffff_ffff)).toEqual(SECTOR.map((_, i) => i === sector));
    expect(b.read(F4.FLASH_CR) & CR.STRT).toBe(0);
  });
  test('mass erase takes 4 s at x32, 8 s at x8', () => {
    const b = programming();
    programmed(b, SECTOR[7]!, 1);
    expect(erase(b, CR.MER | X32)).toBeGreaterThanOrEqual(4e9);
    expect(b.read(SECTOR[7]!)).toBe(0xffff_ffff);
    expect(erase(b, CR.MER | X8)).toBeGreaterThanOrEqual(8e9);
  });
  test('a sector that does not exist, and SER with MER, erase nothing', () => {
    const b = programming();
    programmed(b, BASE, 1);
    erase(b, erasing(8) | X32);
    erase(b, CR.SER | CR.MER | X32);
    expect([status(b), b.read(BASE)]).toEqual([0, 1]);
  });
  test('a write to CR during an erase waits: the second sector is erased after the first', () => {
    const b = programming();
    programmed(b, SECTOR[1]!, 1);
    b.write(F4.FLASH_CR, erasing(0) | X32 | CR.STRT);
    b.write(F4.FLASH_CR, erasing(1) | X32 | CR.STRT);
    expect(b.until(() => !busy(b), 1e10, 1e6)).toBeGreaterThanOrEqual(500e6);
    expect(b.read(SECTOR[1]!)).toBe(0xffff_ffff);
  });
  test('a reset during an erase leaves the sector neither erased nor as it was', () => {
    const b = programming();
    programmed(b, BASE, 0);
    b.write(F4.FLASH_CR, erasing(0) | X32 | CR.STRT);
    b.pass(5e6);
    b.reset('pin');
    expect([0, 0xffff_ffff]).not.toContain(b.read(BASE));
    expect([b.part.banks[0]!.stalled, busy(b)]).toEqual([false, false]);
  });
});

describe('options', () => {
  test('the factory value stands in the option area, user options and nWRP apart', () => {
    const b = createBenchOf(stm32f411);
    expect([b.bus.read(0x1fff_c000, 2) & 0xffec, b.bus.read(0x1fff_c008, 2)]).toEqual([0xaaec, 0x0fff]);
  });
  test('OPTCR alone changes nothing before OPTSTRT', () => {
    const b = createBenchOf(stm32f411);
    unlockOptions(b);
    b.write(F4.FLASH_OPTCR, 0x0fff_aaec & ~(1 << 18));
    b.reset('pin');
    expect(b.read(F4.FLASH_OPTCR)).toBe(OPTCR_FACTORY);
  });
  test('nWRP protects a sector at once: programming, sector erase and mass erase give WRPERR', () => {
    const b = programming();
    setOptions(b, OPTCR_FACTORY & ~(1 << 18));
    b.write(SECTOR[2]!, 1);
    expect(status(b)).toBe(SR.WRPERR);
    for (const bits of [erasing(2), CR.MER]) {
      b.write(F4.FLASH_SR, SR.WRPERR);
      b.write(F4.FLASH_CR, bits | X32 | CR.STRT);
      expect(status(b)).toBe(SR.WRPERR);
    }
    b.write(F4.FLASH_SR, SR.WRPERR);
    b.write(F4.FLASH_CR, CR.PG | X32);
    programmed(b, SECTOR[3]!, 1);
    expect(status(b)).toBe(0);
  });
  test('options survive a power cycle', () => {
    const b = createBenchOf(stm32f411);
    setOptions(b, OPTCR_FACTORY & ~(1 << 18));
    b.powerCycle();
    expect(b.read(F4.FLASH_OPTCR)).toBe((OPTCR_FACTORY & ~(1 << 18)) >>> 0);
  });
  test('RDP level 1 counts from the next reset on; back to level 0 erases the flash', () => {
    const b = programming();
    programmed(b, BASE, 7);
    b.part.debuggerSeen();
    setOptions(b, (OPTCR_FACTORY & ~0xff00) | 0xbb00);
    expect(b.read(BASE)).toBe(7);
    b.reset('pin');
    expect(() => b.read(BASE)).toThrow('bus fault');
    setOptions(b, OPTCR_FACTORY);
    expect(b.read(BASE)).toBe(0xffff_ffff);
  });
  test('level 2 is refused', () => {
    const b = createBenchOf(stm32f411);
    setOptions(b, (OPTCR_FACTORY & ~0xff00) | 0xcc00);
    expect(status(b) & SR.WRPERR).toBe(SR.WRPERR);
    b.reset('pin');
    expect(b.read(F4.FLASH_OPTCR)).toBe(OPTCR_FACTORY);
  });
});

test.each([
  [16, 0, false],
  [48, 0, true],
  [48, 1, false],
  [96, 2, true],
  [96, 3, false],
])('at %i MHz with LATENCY %i flash reads fault: %s (RM0383 3.4.1)', (mhz, latency, fault) => {
  const b = createBenchOf(stm32f411);
  b.write(F4.FLASH_ACR, latency);
  if (mhz > 16) {
    b.write(F4.RCC_PLLCFGR, (4 << 24) | ((mhz === 48 ? 1 : 0) << 16) | (192 << 6) | 16);
    b.set(F4.RCC_CR, 1 << 24);
    b.pass(1e6);
    b.write(F4.RCC_CFGR, 2);
    b.pass(1e6);
  }
  expect([b.part.hclkHz(), b.part.banks[0]!.readFault]).toEqual([mhz * 1e6, fault]);
});
