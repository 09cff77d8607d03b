import { describe, expect, test } from '@jest/globals';
import { CR, SR } from '../peripheral/flash-l4-registers.ts';
import { L4 } from './addresses-l4-f4.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const BANK1 = 0x0800_0000;
const BANK2 = 0x0808_0000;
const PAGE = 2048;
const FB_MODE = 1 << 8;
const FLASH_IRQ = 4;
const OPTR_FACTORY = 0xffef_f8aa;

const page = (bank: 1 | 2, number: number): number => CR.PER | (number << 3) | (bank === 2 ? CR.BKER : 0);
function unlock(b: TestBench): void {
  if (b.read(L4.FLASH_CR) >>> 31 === 0) return; // keys for an open lock are a wrong sequence
  b.write(L4.FLASH_KEYR, 0x4567_0123);
  b.write(L4.FLASH_KEYR, 0xcdef_89ab);
}
function unlockOptions(b: TestBench): void {
  unlock(b);
  b.write(L4.FLASH_OPTKEYR, 0x0819_2a3b);
  b.write(L4.FLASH_OPTKEYR, 0x4c5d_6e7f);
}
const status = (b: TestBench): number => b.read(L4.FLASH_SR);
const busy = (b: TestBench): boolean => (status(b) & SR.BSY) !== 0;
function programming(): TestBench {
  const b = createBenchOf(stm32l476);
  unlock(b);
  b.write(L4.FLASH_CR, CR.PG);
  return b;
}
function pair(b: TestBench, address: number, low: number, high = low): void {
  b.write(address, low);
  b.write(address + 4, high);
}
function programmed(b: TestBench, address: number, low: number, high = low): void {
  pair(b, address, low, high);
  b.pass(100_000);
}
function erase(b: TestBench, bits: number): number {
  b.write(L4.FLASH_CR, bits | CR.STRT);
  return b.until(() => !busy(b), 1e8);
}
function setOptions(b: TestBench, words: readonly (readonly [register: number, value: number])[]): void {
  unlockOptions(b);
  for (const [register, value] of words) b.write(register, value);
  b.write(L4.FLASH_CR, CR.OPTSTRT);
  b.until(() => !busy(b), 2e8);
}
function launch(b: TestBench): void {
  b.write(L4.FLASH_CR, CR.OBL_LAUNCH);
  b.pass(1);
  unlock(b);
}
const stalled = (b: TestBench): boolean[] => b.part.banks.map((bank) => bank.stalled);

describe('the key lock (RM0351 3.3.5)', () => {
  test('CR is locked after reset and takes no writes', () => {
    const b = createBenchOf(stm32l476);
    b.write(L4.FLASH_CR, CR.PG);
    expect(b.read(L4.FLASH_CR)).toBe((CR.LOCK | CR.OPTLOCK) >>> 0);
  });
  test('a wrong key is a bus error, and right keys then fail until reset', () => {
    const b = createBenchOf(stm32l476);
    expect(() => b.write(L4.FLASH_KEYR, 0x1234_5678)).toThrow('bus fault at 0x40022008');
    expect(() => unlock(b)).toThrow('bus fault');
    b.reset('pin');
    unlock(b);
    expect(b.read(L4.FLASH_CR)).toBe(CR.OPTLOCK);
  });
  test('writing LOCK locks the options, too', () => {
    const b = createBenchOf(stm32l476);
    unlockOptions(b);
    expect(b.read(L4.FLASH_CR)).toBe(0);
    b.write(L4.FLASH_CR, CR.LOCK);
    expect(b.read(L4.FLASH_CR)).toBe((CR.LOCK | CR.OPTLOCK) >>> 0);
  });
});

describe('programming', () => {
  test('two words make one double word, BSY for its programming time', () => {
    const b = programming();
    b.write(BANK2, 0x1122_3344);
    expect(busy(b)).toBe(false);
    b.write(BANK2 + 4, 0x5566_7788);
    expect(b.until(() => !busy(b), 1e6)).toBeGreaterThanOrEqual(81_000);
    expect([status(b), b.read(BANK2), b.read(BANK2 + 4)]).toEqual([0, 0x1122_3344, 0x5566_7788]);
  });
  const rules: readonly [string, number, (b: TestBench) => void][] = [
    [
      'PGSERR without PG',
      SR.PGSERR,
      (b) => {
        b.write(L4.FLASH_CR, 0);
        b.write(BANK1, 1);
      },
    ],
    ['SIZERR for a half-word', SR.SIZERR, (b) => b.bus.write(BANK1, 1, 2)],
    ['PGAERR when the first word is the upper half', SR.PGAERR, (b) => b.write(BANK1 + 4, 1)],
    [
      'PGAERR when the second word belongs elsewhere',
      SR.PGAERR,
      (b) => {
        b.write(BANK1, 1);
        b.write(BANK1 + 12, 1);
      },
    ],
    [
      'PROGERR when the double word is not erased',
      SR.PROGERR,
      (b) => {
        programmed(b, BANK1, 1, 2);
        pair(b, BANK1, 0, 1);
      },
    ],
    [
      'PGSERR joins while an earlier error stands',
      SR.SIZERR | SR.PGSERR,
      (b) => {
        b.bus.write(BANK1, 1, 1);
        b.write(BANK1, 1);
      },
    ],
    ['WRPERR for system memory', SR.WRPERR, (b) => b.write(0x1fff_0000, 1)],
  ];
  test.each(rules)('%s', (_name, expected, provoke) => {
    const b = programming();
    provoke(b);
    expect(status(b)).toBe(expected);
  });
  test('all zeros may be programmed over anything', () => {
    const b = programming();
    programmed(b, BANK1, 1, 2);
    programmed(b, BANK1, 0);
    expect([status(b), b.read(BANK1)]).toEqual([0, 0]);
  });
  test('EOP is set only with EOPIE, OPERR only with ERRIE; both ask for the interrupt', () => {
    const b = programming();
    programmed(b, BANK1, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([0, false]);
    b.write(L4.FLASH_CR, CR.PG | CR.EOPIE);
    programmed(b, BANK1 + 8, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([SR.EOP, true]);
    b.write(L4.FLASH_SR, SR.EOP);
    b.write(L4.FLASH_CR, CR.PG | CR.ERRIE);
    b.bus.write(BANK1 + 16, 1, 1);
    expect([status(b), b.irqs.has(FLASH_IRQ)]).toEqual([SR.SIZERR | SR.OPERR, true]);
  });
  test('a store during an operation is carried out after it', () => {
    const b = programming();
    pair(b, BANK1, 1);
    pair(b, BANK1 + 8, 2);
    b.pass(1e6);
    expect([status(b), b.read(BANK1), b.read(BANK1 + 8)]).toEqual([0, 1, 2]);
  });
  test('a row is programmed at once in fast mode', () => {
    const b = programming();
    b.write(L4.FLASH_CR, CR.FSTPG);
    for (let i = 0; i < 64; i++) b.write(BANK1 + 256 + 4 * i, i);
    expect(b.until(() => !busy(b), 1e7)).toBeGreaterThanOrEqual(1_900_000);
    expect([status(b), b.read(BANK1 + 256), b.read(BANK1 + 508)]).toEqual([0, 0, 63]);
  });
  test('MISERR and FASTERR when the next word of a row does not come in time', () => {
    const b = programming();
    b.write(L4.FLASH_CR, CR.FSTPG);
    b.write(BANK1, 1);
    b.pass(200_000);
    expect(status(b)).toBe(SR.MISERR | SR.FASTERR);
  });
});

describe('erase and the two banks', () => {
  test('BKER and PNB name the page; nothing else changes', () => {
    const b = programming();
    for (const address of [BANK1 + PAGE, BANK2, BANK2 + PAGE]) programmed(b, address, 7);
    expect(erase(b, page(2, 1))).toBeGreaterThanOrEqual(22_000_000);
    expect([BANK1 + PAGE, BANK2, BANK2 + PAGE].map(b.read)).toEqual([7, 7, 0xffff_ffff]);
  });
  test('MER1 erases bank 1, MER1 and MER2 both', () => {
    const b = programming();
    programmed(b, BANK1, 7);
    programmed(b, BANK2, 7);
    erase(b, CR.MER1);
    expect([b.read(BANK1), b.read(BANK2)]).toEqual([0xffff_ffff, 7]);
    erase(b, CR.MER1 | CR.MER2);
    expect(b.read(BANK2)).toBe(0xffff_ffff);
  });
  test('while one bank works, the other can be read', () => {
    const b = programming();
    b.write(L4.FLASH_CR, page(2, 0) | CR.STRT);
    expect(stalled(b)).toEqual([false, true]);
    expect(b.part.systemMemory.stalled).toBe(false);
    b.pass(30_000_000);
    expect(stalled(b)).toEqual([false, false]);
    b.write(L4.FLASH_CR, page(1, 0) | CR.STRT);
    expect([...stalled(b), b.part.systemMemory.stalled]).toEqual([true, false, true]);
  });
  test('a write to CR during an erase waits: the second page is erased after the first', () => {
    const b = programming();
    for (const number of [1, 2]) programmed(b, BANK1 + PAGE * number, number);
    b.write(L4.FLASH_CR, page(1, 1) | CR.STRT);
    b.write(L4.FLASH_CR, page(1, 2) | CR.STRT);
    expect(b.until(() => !busy(b), 1e8)).toBeGreaterThanOrEqual(44_000_000);
    expect([b.read(BANK1 + PAGE), b.read(BANK1 + 2 * PAGE)]).toEqual([0xffff_ffff, 0xffff_ffff]);
  });
  test('power lost during an erase leaves the page neither erased nor as it was', () => {
    const b = programming();
    programmed(b, BANK2, 0);
    b.write(L4.FLASH_CR, page(2, 0) | CR.STRT);
    b.pass(5_000_000);
    b.powerCycle();
    expect([0, 0xffff_ffff]).not.toContain(b.read(BANK2));
    expect(stalled(b)).toEqual([false, false]);
  });
});

describe('FB_MODE', () => {
  function swapped(): TestBench {
    const b = programming();
    programmed(b, BANK1, 1);
    programmed(b, BANK2, 2);
    b.set(L4.RCC_APB2ENR, 1);
    b.write(L4.SYSCFG_MEMRMP, FB_MODE);
    return b;
  }
  test('exchanges what the two halves hold, at 0 as well', () => {
    const b = swapped();
    expect([b.read(BANK1), b.read(BANK2), b.read(0)]).toEqual([2, 1, 2]);
    b.write(L4.SYSCFG_MEMRMP, 0);
    expect([b.read(BANK1), b.read(BANK2), b.read(0)]).toEqual([1, 2, 1]);
  });
  test('BKER goes on to name the bank, not the address', () => {
    const b = swapped();
    erase(b, page(2, 0));
    expect([b.read(BANK1), b.read(BANK2)]).toEqual([0xffff_ffff, 1]);
  });
  test('a reset undoes it', () => {
    const b = swapped();
    b.reset('software');
    expect([b.read(BANK1), b.read(BANK2)]).toEqual([1, 2]);
  });
});

describe('option bytes', () => {
  test('the factory values stand in both areas, each with its complement', () => {
    const b = createBenchOf(stm32l476);
    expect(b.read(L4.FLASH_OPTR)).toBe(OPTR_FACTORY);
    expect([b.read(0x1fff_7800), b.read(0x1fff_7804)]).toEqual([OPTR_FACTORY, ~OPTR_FACTORY >>> 0]);
    expect(b.read(0x1fff_f818) ^ b.read(0x1fff_f81c)).toBe(-1);
  });
  test('OPTSTRT writes the areas; OBL_LAUNCH brings them into force through a reset', () => {
    const b = createBenchOf(stm32l476);
    setOptions(b, [[L4.FLASH_WRP2AR, (3 << 16) | 2]]);
    expect(b.read(0x1fff_f818) & 0x00ff_00ff).toBe((3 << 16) | 2);
    expect(b.resets).toEqual([]);
    launch(b);
    expect(b.resets).toEqual(['option-load']);
    b.write(L4.FLASH_CR, CR.PG);
    programmed(b, BANK1 + 2 * PAGE, 1);
    expect(status(b)).toBe(0);
    b.write(BANK2 + 2 * PAGE, 1);
    expect(status(b)).toBe(SR.WRPERR);
  });
  test('mass erase of a bank with a protected page is refused, of the other bank not', () => {
    const b = createBenchOf(stm32l476);
    setOptions(b, [[L4.FLASH_WRP1AR, (9 << 16) | 9]]);
    launch(b);
    b.write(L4.FLASH_CR, CR.MER2 | CR.STRT);
    b.until(() => !busy(b), 1e8);
    expect(status(b)).toBe(0);
    b.write(L4.FLASH_CR, CR.MER1 | CR.STRT);
    expect(status(b)).toBe(SR.WRPERR);
  });
  test('RDP level 1 keeps a debugger from the flash, level 0 again erases it with SRAM2 and the backup registers', () => {
    const b = programming();
    programmed(b, BANK2, 7);
    setOptions(b, [[L4.FLASH_OPTR, (OPTR_FACTORY & ~0xff) | 0xbb]]);
    launch(b);
    expect(b.read(BANK2)).toBe(7);
    b.part.debuggerSeen();
    expect(() => b.read(BANK2)).toThrow('bus fault');
    b.write(0x1000_0000, 5);
    setOptions(b, [[L4.FLASH_OPTR, OPTR_FACTORY]]);
    launch(b);
    expect([b.read(BANK2), b.read(0x1000_0000)]).toEqual([0xffff_ffff, 0]);
  });
  test('level 2 is refused', () => {
    const b = createBenchOf(stm32l476);
    unlockOptions(b);
    b.write(L4.FLASH_OPTR, (OPTR_FACTORY & ~0xff) | 0xcc);
    b.write(L4.FLASH_CR, CR.OPTSTRT);
    expect(status(b) & SR.WRPERR).toBe(SR.WRPERR);
    expect(b.read(0x1fff_7800)).toBe(OPTR_FACTORY);
  });
});

describe('wait states (RM0351 3.3.3)', () => {
  const msi = (b: TestBench, index: number): void => b.write(L4.RCC_CR, 0x9 | (index << 4));
  test.each([
    [8, 0, false],
    [9, 0, true],
    [9, 1, false],
    [11, 1, true],
    [11, 2, false],
  ])('MSI range %i with LATENCY %i: fault %s', (index, latency, fault) => {
    const b = createBenchOf(stm32l476);
    b.write(L4.FLASH_ACR, 0x600 | latency);
    msi(b, index);
    expect([b.part.flash.size, b.part.banks[0]!.readFault]).toEqual([1024 * 1024, fault]);
  });
  test('voltage range 2 needs more', () => {
    const b = createBenchOf(stm32l476);
    b.set(L4.RCC_APB1ENR1, 1 << 28);
    msi(b, 7);
    expect(b.part.banks[0]!.readFault).toBe(false);
    b.write(L4.PWR_CR1, 2 << 9);
    expect(b.part.banks[0]!.readFault).toBe(true);
  });
});
