import { describe, expect, test } from '@jest/globals';
import { PECR, SR } from '../peripheral/flash-l0-registers.ts';
import { DATA_BASE, FLASH_BASE, OPTION_BASE, REG } from './addresses-l0.ts';
import type { Part } from './part.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l031 } from './stm32l031.ts';
import { stm32l073 } from './stm32l073.ts';
import { type BenchSettings, createBenchOf, type TestBench } from './test-bench.ts';

const IDLE = SR.ENDHV | SR.READY;
const FLASH_IRQ = 3;
const BANK_2 = FLASH_BASE + 96 * 1024;
const parts = [stm32l011, stm32l031, stm32l073].map((part) => [part.chip.name, part] as const);

const pecr = (b: TestBench): number => b.read(REG.FLASH_PECR);
const errors = (b: TestBench): number => b.read(REG.FLASH_SR) & ~IDLE;
function unlockPecr(b: TestBench): void {
  if ((pecr(b) & PECR.PELOCK) === 0) return; // keys for an open lock are a wrong sequence
  b.write(REG.FLASH_PEKEYR, 0x89ab_cdef);
  b.write(REG.FLASH_PEKEYR, 0x0203_0405);
}
function unlock(b: TestBench): void {
  unlockPecr(b);
  b.write(REG.FLASH_PRGKEYR, 0x8c9d_aebf);
  b.write(REG.FLASH_PRGKEYR, 0x1314_1516);
}
function unlocked(part: Part = stm32l031, settings: BenchSettings = {}): TestBench {
  const b = createBenchOf(part, settings);
  unlock(b);
  return b;
}
function unlockOptions(b: TestBench): void {
  unlockPecr(b);
  if ((pecr(b) & PECR.OPTLOCK) === 0) return;
  b.write(REG.FLASH_OPTKEYR, 0xfbea_d9c8);
  b.write(REG.FLASH_OPTKEYR, 0x2425_2627);
}
const done = (b: TestBench): number => b.until(() => (b.read(REG.FLASH_SR) & SR.BSY) === 0, 1e9, 10_000);
function program(b: TestBench, address: number, value: number): void {
  b.write(address, value);
  done(b);
}
const complemented = (value: number): number => ((value & 0xffff) | (~value << 16)) >>> 0;
function setOption(b: TestBench, index: number, value: number): void {
  unlockOptions(b);
  b.write(OPTION_BASE + 4 * index, complemented(value));
  done(b);
}
function halfPage(b: TestBench, address: number, first = 1): void {
  for (let i = 0; i < 16; i++) b.write(address + 4 * i, first + i);
}

describe('locks (RM0376 3.3.4)', () => {
  test.each(parts)('%s: PECR is 0x7 after reset', (_name, part) => {
    expect(pecr(createBenchOf(part))).toBe(7);
  });
  test('PEKEYR opens PECR, PRGKEYR program memory, OPTKEYR the options', () => {
    const b = createBenchOf(stm32l031);
    unlockPecr(b);
    expect(pecr(b)).toBe(PECR.PRGLOCK | PECR.OPTLOCK);
    b.write(REG.FLASH_PRGKEYR, 0x8c9d_aebf);
    b.write(REG.FLASH_PRGKEYR, 0x1314_1516);
    expect(pecr(b)).toBe(PECR.OPTLOCK);
    unlockOptions(b);
    expect(pecr(b)).toBe(0);
  });
  test('PRGKEYR keys do nothing while PELOCK is set, without an error', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.FLASH_PRGKEYR, 0x8c9d_aebf);
    b.write(REG.FLASH_PRGKEYR, 0x1314_1516);
    unlockPecr(b);
    expect(pecr(b)).toBe(PECR.PRGLOCK | PECR.OPTLOCK);
  });
  test('a wrong key is a bus error and locks until reset', () => {
    const b = createBenchOf(stm32l031);
    expect(() => b.write(REG.FLASH_PEKEYR, 1)).toThrow('bus fault');
    expect(() => b.write(REG.FLASH_PEKEYR, 0x89ab_cdef)).toThrow('bus fault');
    b.reset('pin');
    unlockPecr(b);
    expect(pecr(b) & PECR.PELOCK).toBe(0);
  });
  test('a third key is a bus error', () => {
    const b = unlocked();
    expect(() => b.write(REG.FLASH_PEKEYR, 0x89ab_cdef)).toThrow('bus fault');
    expect(pecr(b) & PECR.PELOCK).toBe(PECR.PELOCK);
  });
  test('another FLASH register between the two keys is a bus error', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.FLASH_PEKEYR, 0x89ab_cdef);
    expect(() => b.write(REG.FLASH_ACR, 0)).toThrow('bus fault');
    expect(() => b.write(REG.FLASH_PEKEYR, 0x0203_0405)).toThrow('bus fault');
  });
  test('a read between the two keys is harmless', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.FLASH_PEKEYR, 0x89ab_cdef);
    b.read(REG.FLASH_SR);
    b.write(REG.FLASH_PEKEYR, 0x0203_0405);
    expect(pecr(b) & PECR.PELOCK).toBe(0);
  });
  test('setting PELOCK locks all three', () => {
    const b = unlocked();
    unlockOptions(b);
    b.write(REG.FLASH_PECR, PECR.PELOCK);
    expect(pecr(b)).toBe(7);
  });
  test('setting PELOCK clears the modes, so that ERASE does not outlive it', () => {
    const b = unlocked();
    b.write(REG.FLASH_PECR, PECR.PROG | PECR.ERASE);
    b.write(REG.FLASH_PECR, PECR.PROG | PECR.ERASE | PECR.PELOCK);
    unlock(b);
    expect(pecr(b)).toBe(PECR.OPTLOCK);
  });
  test('PECR takes no writes while locked', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.FLASH_PECR, PECR.PROG);
    expect(pecr(b)).toBe(7);
  });
});

describe('programming words', () => {
  test('erased program memory and EEPROM read 0', () => {
    const b = createBenchOf(stm32l073);
    expect([b.read(FLASH_BASE), b.read(BANK_2), b.read(DATA_BASE)]).toEqual([0, 0, 0]);
  });
  test('a plain store of a word takes 3.28 ms and sets EOP', () => {
    const b = unlocked();
    b.write(FLASH_BASE + 8, 0x1234_5678);
    expect(b.read(REG.FLASH_SR)).toBe(SR.BSY | SR.READY);
    expect(done(b)).toBeGreaterThanOrEqual(3_280_000);
    expect(b.read(FLASH_BASE + 8)).toBe(0x1234_5678);
    expect(b.read(REG.FLASH_SR)).toBe(IDLE | SR.EOP);
  });
  test('over a word that is not 0 it gives NOTZEROERR and changes nothing', () => {
    const b = unlocked();
    program(b, FLASH_BASE, 0x0f);
    b.write(FLASH_BASE, 0xf0);
    expect(errors(b)).toBe(SR.EOP | SR.NOTZEROERR);
    b.pass(1e7);
    expect(b.read(FLASH_BASE)).toBe(0x0f);
  });
  test('with NZDISABLE it sets bits on top of those there', () => {
    const b = unlocked();
    program(b, FLASH_BASE, 0x0f);
    b.write(REG.FLASH_PECR, PECR.NZDISABLE);
    program(b, FLASH_BASE, 0xf0);
    expect(b.read(FLASH_BASE)).toBe(0xff);
  });
  const refused: readonly [string, number, (b: TestBench) => void][] = [
    ['SIZERR for a half-word', SR.SIZERR, (b) => b.bus.write(FLASH_BASE, 1, 2)],
    ['SIZERR for a byte', SR.SIZERR, (b) => b.bus.write(FLASH_BASE, 1, 1)],
    ['WRPERR for system memory', SR.WRPERR, (b) => b.write(0x1ff0_0000, 1)],
    ['WRPERR for factory options', SR.WRPERR, (b) => b.write(0x1ff8_0050, 1)],
    ['WRPERR for locked options', SR.WRPERR, (b) => b.write(OPTION_BASE, 1)],
  ];
  test.each(refused)('%s', (_name, flags, provoke) => {
    const b = unlocked();
    provoke(b);
    expect(errors(b)).toBe(flags);
  });
  test('WRPERR while PRGLOCK is set', () => {
    const b = createBenchOf(stm32l031);
    unlockPecr(b);
    b.write(FLASH_BASE, 1);
    expect(errors(b)).toBe(SR.WRPERR);
  });
  test('flags are cleared by writing 1', () => {
    const b = unlocked();
    b.bus.write(FLASH_BASE, 1, 1);
    b.write(REG.FLASH_SR, SR.SIZERR);
    expect(errors(b)).toBe(0);
  });
  test('a reset on the way leaves some of the bits set', () => {
    const b = unlocked();
    b.write(FLASH_BASE, 0xffff_ffff);
    b.pass(1_000_000);
    b.reset('pin');
    expect(b.notes).toContain('flash operation cut by a reset');
    expect([0, 0xffff_ffff]).not.toContain(b.read(FLASH_BASE));
  });
  test('EOP and errors interrupt when enabled', () => {
    const b = unlocked();
    b.write(REG.FLASH_PECR, PECR.EOPIE);
    program(b, FLASH_BASE, 1);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
    b.write(REG.FLASH_SR, SR.EOP);
    expect(b.irqs.has(FLASH_IRQ)).toBe(false);
    b.write(FLASH_BASE, 1);
    expect(b.irqs.has(FLASH_IRQ)).toBe(false);
    b.write(REG.FLASH_PECR, PECR.ERRIE);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
  });
});

describe('page erase', () => {
  test('PROG, ERASE and a store of 0 erase the 128 bytes around the address', () => {
    const b = unlocked();
    for (const offset of [0x7c, 0x80, 0xfc, 0x100]) program(b, FLASH_BASE + offset, 0xffff_ffff);
    b.write(REG.FLASH_PECR, PECR.PROG | PECR.ERASE);
    b.write(FLASH_BASE + 0x80, 0);
    expect(done(b)).toBeGreaterThanOrEqual(3_280_000);
    expect([0x7c, 0x80, 0xfc, 0x100].map((offset) => b.read(FLASH_BASE + offset))).toEqual([
      0xffff_ffff, 0, 0, 0xffff_ffff,
    ]);
  });
  test('of a protected sector gives WRPERR', () => {
    const b = unlocked();
    setOption(b, 2, 1 << 1);
    b.write(REG.FLASH_PECR, PECR.OBL_LAUNCH);
    b.pass(1);
    unlock(b);
    expect(b.read(REG.FLASH_WRPR)).toBe(2);
    b.write(FLASH_BASE + 0x1000, 1);
    expect(errors(b) & SR.WRPERR).toBe(SR.WRPERR);
    b.write(REG.FLASH_SR, SR.WRPERR);
    program(b, FLASH_BASE + 0x0ffc, 1);
    program(b, FLASH_BASE + 0x2000, 1);
    expect(errors(b)).toBe(SR.EOP);
  });
});

describe('half-pages', () => {
  const FPRG = PECR.PROG | PECR.FPRG;
  test('sixteen words are programmed together in 3.28 ms', () => {
    const b = unlocked();
    b.write(REG.FLASH_PECR, FPRG);
    halfPage(b, FLASH_BASE + 0x40);
    expect(b.read(REG.FLASH_SR) & SR.BSY).toBe(SR.BSY);
    expect(done(b)).toBeLessThan(3_400_000);
    expect([b.read(FLASH_BASE + 0x40), b.read(FLASH_BASE + 0x7c)]).toEqual([1, 16]);
  });
  test('a start that is no multiple of 64 gives PGAERR', () => {
    const b = unlocked();
    b.write(REG.FLASH_PECR, FPRG);
    b.write(FLASH_BASE + 4, 1);
    expect(errors(b)).toBe(SR.PGAERR);
  });
  test('a word beyond the half-page gives PGAERR', () => {
    const b = unlocked();
    b.write(REG.FLASH_PECR, FPRG);
    b.write(FLASH_BASE, 1);
    b.write(FLASH_BASE + 0x40, 2);
    expect(errors(b)).toBe(SR.PGAERR);
  });
  test('over a half-page that is not 0 they give NOTZEROERR', () => {
    const b = unlocked();
    program(b, FLASH_BASE + 0x3c, 1);
    b.write(REG.FLASH_PECR, FPRG);
    halfPage(b, FLASH_BASE);
    expect(errors(b)).toBe(SR.EOP | SR.NOTZEROERR);
  });
  test('code that runs from the NVM breaks them off: FWWERR, nothing programmed', () => {
    const b = unlocked(stm32l073, { programCounter: FLASH_BASE + 0x200 });
    b.write(REG.FLASH_PECR, FPRG);
    halfPage(b, BANK_2);
    expect(errors(b)).toBe(SR.FWWERR);
    b.pass(1e7);
    expect(b.read(BANK_2)).toBe(0);
  });
  test('code that runs from SRAM does not', () => {
    const b = unlocked(stm32l073, { programCounter: 0x2000_0000 });
    b.write(REG.FLASH_PECR, FPRG);
    halfPage(b, BANK_2);
    done(b);
    expect(b.read(BANK_2 + 0x3c)).toBe(16);
  });
  test('PARALLELBANK programs one in each bank at once, on a part with two', () => {
    const b = unlocked(stm32l073);
    b.write(REG.FLASH_PECR, FPRG | PECR.PARALLELBANK);
    halfPage(b, FLASH_BASE + 0x80);
    expect(b.read(REG.FLASH_SR) & SR.BSY).toBe(0);
    halfPage(b, BANK_2 + 0x80, 101);
    expect(done(b)).toBeLessThan(3_400_000);
    expect([b.read(FLASH_BASE + 0x80), b.read(BANK_2 + 0x80)]).toEqual([1, 101]);
    const single = unlocked(stm32l031);
    single.write(REG.FLASH_PECR, PECR.PARALLELBANK);
    expect(pecr(single) & PECR.PARALLELBANK).toBe(0);
  });
  test('PARALLELBANK wants the same place of the other bank', () => {
    const b = unlocked(stm32l073);
    b.write(REG.FLASH_PECR, FPRG | PECR.PARALLELBANK);
    halfPage(b, FLASH_BASE + 0x80);
    b.write(BANK_2, 1);
    expect(errors(b)).toBe(SR.PGAERR);
  });
});

describe('two banks (L073)', () => {
  test('one can be read while the other works; a part with one bank stalls altogether', () => {
    const b = unlocked(stm32l073);
    b.write(BANK_2, 1);
    expect(b.part.banks.map((bank) => bank.stalled)).toEqual([false, true]);
    const single = unlocked(stm32l031);
    single.write(FLASH_BASE, 1);
    expect([single.part.banks[0]!.stalled, single.part.systemMemory.stalled]).toEqual([true, true]);
  });
  test('UFB puts bank 2 and its EEPROM at the bases, until a reset', () => {
    const b = unlocked(stm32l073);
    program(b, BANK_2, 0x2222);
    program(b, FLASH_BASE, 0x1111);
    program(b, DATA_BASE, 0x11);
    program(b, DATA_BASE + 3 * 1024, 0x22);
    b.set(REG.RCC_APB2ENR, 1);
    b.write(REG.SYSCFG_CFGR1, 1 << 3);
    expect([FLASH_BASE, BANK_2, DATA_BASE, 0].map((address) => b.read(address))).toEqual([
      0x2222, 0x1111, 0x22, 0x2222,
    ]);
    b.reset('software');
    expect([b.read(FLASH_BASE), b.read(BANK_2), b.read(DATA_BASE)]).toEqual([0x1111, 0x2222, 0x11]);
  });
  test('write protection follows the bank, not the address', () => {
    const b = unlocked(stm32l073);
    setOption(b, 3, 1 << (24 - 16)); // sector 24: the first of bank 2
    b.write(REG.FLASH_PECR, PECR.OBL_LAUNCH);
    b.pass(1);
    b.set(REG.RCC_APB2ENR, 1);
    b.write(REG.SYSCFG_CFGR1, 1 << 3);
    unlock(b);
    b.write(FLASH_BASE, 1);
    expect(errors(b) & SR.WRPERR).toBe(SR.WRPERR);
    b.write(REG.FLASH_SR, SR.WRPERR);
    program(b, BANK_2, 1);
    expect(errors(b)).toBe(SR.EOP);
  });
  test('WRPR2 protects sectors from 32 on', () => {
    const b = unlocked(stm32l073);
    setOption(b, 4, 1);
    b.write(REG.FLASH_PECR, PECR.OBL_LAUNCH);
    b.pass(1);
    expect(b.read(REG.FLASH_WRPR2)).toBe(1);
    unlock(b);
    b.write(FLASH_BASE + 32 * 4096, 1);
    expect(errors(b) & SR.WRPERR).toBe(SR.WRPERR);
  });
});

describe('data EEPROM', () => {
  test.each([
    ['STM32L011K4', stm32l011, 512],
    ['STM32L031K6', stm32l031, 1024],
    ['STM32L073RZ', stm32l073, 6 * 1024],
  ] as const)('%s has %p bytes of it', (_name, part, size) => {
    const b = createBenchOf(part);
    expect(b.read(DATA_BASE + size - 4)).toBe(0);
    expect(() => b.read(DATA_BASE + size)).toThrow('bus fault');
  });
  test('needs PELOCK open only', () => {
    const b = createBenchOf(stm32l031);
    b.write(DATA_BASE, 1);
    expect(errors(b)).toBe(SR.WRPERR);
    unlockPecr(b);
    program(b, DATA_BASE, 7);
    expect(b.read(DATA_BASE)).toBe(7);
  });
  test('takes bytes and half-words beside what is there', () => {
    const b = unlocked();
    program(b, DATA_BASE, 0x1122_3344);
    b.bus.write(DATA_BASE + 1, 0xaa, 1);
    done(b);
    b.bus.write(DATA_BASE + 2, 0xbbcc, 2);
    done(b);
    expect(b.read(DATA_BASE)).toBe(0xbbcc_aa44);
  });
  test('a word that is 0 takes one operation, others and FIX two', () => {
    const b = unlocked();
    b.write(DATA_BASE, 1);
    expect(done(b)).toBeLessThan(4e6);
    b.write(DATA_BASE, 2);
    expect(done(b)).toBeGreaterThan(6e6);
    b.write(REG.FLASH_PECR, PECR.FIX);
    b.write(DATA_BASE + 4, 2);
    expect(done(b)).toBeGreaterThan(6e6);
  });
  test('DATA and ERASE erase a word', () => {
    const b = unlocked();
    program(b, DATA_BASE, 0x55);
    b.write(REG.FLASH_PECR, PECR.DATA | PECR.ERASE);
    program(b, DATA_BASE, 0);
    expect(b.read(DATA_BASE)).toBe(0);
  });
});

describe('option bytes', () => {
  test.each(parts)('%s: OPTR 0x807000AA from the factory, stored with complements', (_name, part) => {
    const b = createBenchOf(part);
    expect(b.read(REG.FLASH_OPTR)).toBe(0x8070_00aa);
    expect([b.read(OPTION_BASE), b.read(OPTION_BASE + 4)]).toEqual([0xff55_00aa, 0x7f8f_8070]);
  });
  test('are in force after OBL_LAUNCH, which resets, and not before', () => {
    const b = createBenchOf(stm32l073);
    setOption(b, 1, 0x80f0);
    expect(b.read(REG.FLASH_OPTR)).toBe(0x8070_00aa);
    b.reset('pin');
    expect(b.read(REG.FLASH_OPTR)).toBe(0x8070_00aa);
    unlockOptions(b);
    b.write(REG.FLASH_PECR, PECR.OBL_LAUNCH);
    b.pass(1);
    expect(b.resets).toEqual(['option-load']);
    expect(b.read(REG.FLASH_OPTR)).toBe(0x80f0_00aa);
    expect(b.read(REG.RCC_CSR) & (1 << 25)).toBe(1 << 25);
  });
  test('OBL_LAUNCH needs OPTLOCK open', () => {
    const b = createBenchOf(stm32l073);
    unlockPecr(b);
    b.write(REG.FLASH_PECR, PECR.OBL_LAUNCH);
    b.pass(1);
    expect(b.resets).toEqual([]);
  });
  test('a wrong complement sets OPTVERR and level 1', () => {
    const b = createBenchOf(stm32l031);
    unlockOptions(b);
    b.write(OPTION_BASE, 0x00aa);
    done(b);
    b.powerCycle();
    expect(errors(b) & SR.OPTVERR).toBe(SR.OPTVERR);
    expect(b.read(REG.FLASH_OPTR) & 0xff).toBe(0);
  });
  test('RDP level 2 is refused', () => {
    const b = createBenchOf(stm32l031);
    unlockOptions(b);
    b.write(OPTION_BASE, complemented(0xcc));
    expect(errors(b)).toBe(SR.WRPERR);
    expect(b.read(OPTION_BASE)).toBe(0xff55_00aa);
  });
});

describe('readout protection', () => {
  function levelOne(part: Part = stm32l031): TestBench {
    const b = unlocked(part);
    program(b, FLASH_BASE, 0x1111);
    program(b, DATA_BASE, 0x2222);
    setOption(b, 0, 0xbb);
    b.powerCycle();
    return b;
  }
  test('level 1 takes program memory and EEPROM away from a debugger', () => {
    const b = levelOne();
    expect(b.read(FLASH_BASE)).toBe(0x1111);
    b.part.debuggerSeen();
    expect(() => b.read(FLASH_BASE)).toThrow('bus fault');
    expect(() => b.read(DATA_BASE)).toThrow('bus fault');
    expect(b.read(OPTION_BASE)).toBe(complemented(0xbb));
    unlockPecr(b);
    b.write(DATA_BASE, 1);
    expect(errors(b) & SR.WRPERR).toBe(SR.WRPERR);
  });
  test('going back to level 0 erases program memory and EEPROM', () => {
    const b = levelOne();
    setOption(b, 0, 0xaa);
    expect([b.read(FLASH_BASE), b.read(DATA_BASE)]).toEqual([0, 0]);
  });
  test('a change of other options at level 0 erases nothing', () => {
    const b = unlocked();
    program(b, FLASH_BASE, 0x1111);
    setOption(b, 0, 0xaa);
    setOption(b, 1, 0x8070);
    expect(b.read(FLASH_BASE)).toBe(0x1111);
  });
  test('to level 1 and back without a load between erases, too: the mass erase of OpenOCD', () => {
    const b = unlocked();
    program(b, FLASH_BASE, 0x1111);
    setOption(b, 0, 0x00);
    expect(b.read(FLASH_BASE)).toBe(0x1111);
    setOption(b, 0, 0xaa);
    expect(b.read(FLASH_BASE)).toBe(0);
  });
});

describe('wait states (RM0376 3.3.3)', () => {
  function at(range: 1 | 2 | 3, pll: boolean, latency: 0 | 1): TestBench {
    const b = createBenchOf(stm32l031);
    b.set(REG.RCC_APB1ENR, 1 << 28);
    b.write(REG.PWR_CR, range << 11);
    b.write(REG.FLASH_ACR, latency);
    b.set(REG.RCC_CR, 1);
    b.pass(10_000);
    b.write(REG.RCC_CFGR, (1 << 18) | (1 << 22) | 1);
    b.pass(10_000);
    if (!pll) return b;
    b.set(REG.RCC_CR, 1 << 24);
    b.pass(1e6);
    b.write(REG.RCC_CFGR, (1 << 18) | (1 << 22) | 3);
    b.pass(10_000);
    return b;
  }
  test.each([
    ['32 MHz in range 1 without LATENCY', 1, true, 0, true],
    ['32 MHz in range 1 with LATENCY', 1, true, 1, false],
    ['16 MHz in range 1', 1, false, 0, false],
    ['16 MHz in range 2, as OpenOCD runs it', 2, false, 0, false],
    ['16 MHz in range 3', 3, false, 0, true],
  ] as const)('%s', (_name, range, pll, latency, fault) => {
    expect(at(range, pll, latency).part.banks[0]!.readFault).toBe(fault);
  });
});
