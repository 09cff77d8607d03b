import { describe, expect, test } from '@jest/globals';
import { SR } from '../peripheral/flash-g0-registers.ts';
import { REG } from './addresses.ts';
import { BASE, busy, pair, status, unlock, unlockOptions } from './flash-steps-g0.ts';
import { createTestBench, type TestBench } from './test-bench.ts';

const PG = 1;
const PER = 2;
const MER1 = 4;
const STRT = 1 << 16;
const OPTSTRT = 1 << 17;
const FSTPG = 1 << 18;
const EOPIE = 1 << 24;
const ERRIE = 1 << 25;
const OBL_LAUNCH = 1 << 27;
const LOCK = 0x8000_0000;
const OPTLOCK = 0x4000_0000;
const FLASH_IRQ = 3;

function programming(): TestBench {
  const b = createTestBench();
  unlock(b);
  b.write(REG.FLASH_CR, PG);
  return b;
}
function pairAt(b: TestBench, first: number, second: number): void {
  b.write(first, 1);
  b.write(second, 1);
}
/** Program one double word and wait. */
function programmed(b: TestBench, address: number, low: number, high: number): void {
  pair(b, address, low, high);
  b.pass(100_000);
}
const setOptr = (b: TestBench, value: number): void => {
  unlockOptions(b);
  b.write(REG.FLASH_OPTR, value);
  b.write(REG.FLASH_CR, OPTSTRT);
  b.pass(50_000_000);
};

describe('the key lock (RM0454 3.3.6)', () => {
  test('CR is locked after reset and takes no writes', () => {
    const b = createTestBench();
    b.write(REG.FLASH_CR, PG);
    expect(b.read(REG.FLASH_CR)).toBe((LOCK | OPTLOCK) >>> 0);
  });
  test('the two keys in order unlock CR but not the options', () => {
    const b = createTestBench();
    unlock(b);
    expect(b.read(REG.FLASH_CR)).toBe(OPTLOCK);
  });
  test('a wrong key is a bus error, and right keys then fail until reset', () => {
    const b = createTestBench();
    expect(() => b.write(REG.FLASH_KEYR, 0x1234_5678)).toThrow('bus fault');
    expect(() => unlock(b)).toThrow('bus fault');
    expect(b.read(REG.FLASH_CR) >>> 31).toBe(1);
    b.reset('pin');
    unlock(b);
    expect(b.read(REG.FLASH_CR) >>> 31).toBe(0);
  });
  test('the second key first is a bus error', () => {
    const b = createTestBench();
    expect(() => b.write(REG.FLASH_KEYR, 0xcdef_89ab)).toThrow('bus fault');
  });
  test('option keys do nothing while LOCK is set', () => {
    const b = createTestBench();
    b.write(REG.FLASH_OPTKEYR, 0x0819_2a3b);
    b.write(REG.FLASH_OPTKEYR, 0x4c5d_6e7f);
    unlock(b);
    expect(b.read(REG.FLASH_CR)).toBe(OPTLOCK);
  });
  test('writing LOCK locks the options, too', () => {
    const b = createTestBench();
    unlockOptions(b);
    b.write(REG.FLASH_CR, LOCK);
    expect(b.read(REG.FLASH_CR)).toBe((LOCK | OPTLOCK) >>> 0);
  });
});

describe('programming', () => {
  test('two words make one double word, busy for its programming time', () => {
    const b = programming();
    b.write(BASE, 0x1122_3344);
    expect(status(b)).toBe(SR.CFGBSY);
    b.write(BASE + 4, 0x5566_7788);
    expect(status(b)).toBe(SR.CFGBSY | SR.BSY1);
    expect(b.until(() => !busy(b), 1e6)).toBeGreaterThanOrEqual(85_000);
    expect(status(b)).toBe(0);
    expect([b.read(BASE), b.read(BASE + 4)]).toEqual([0x1122_3344, 0x5566_7788]);
  });
  test('reads of the flash stall while it is busy', () => {
    const b = programming();
    pair(b, BASE, 0, 0);
    expect(b.part.banks[0]!.stalled).toBe(true);
    b.pass(100_000);
    expect(b.part.banks[0]!.stalled).toBe(false);
  });
  const rules: readonly [string, number, (b: TestBench) => void][] = [
    [
      'PGSERR without PG',
      SR.PGSERR,
      (b) => {
        b.write(REG.FLASH_CR, 0);
        b.write(BASE, 1);
      },
    ],
    [
      'PGSERR while locked',
      SR.PGSERR,
      (b) => {
        b.write(REG.FLASH_CR, LOCK | PG);
        b.write(BASE, 1);
      },
    ],
    ['SIZERR for a byte', SR.SIZERR, (b) => b.bus.write(BASE, 1, 1)],
    ['SIZERR for a half-word', SR.SIZERR, (b) => b.bus.write(BASE, 1, 2)],
    ['PGAERR when the first word is the upper half', SR.PGAERR, (b) => b.write(BASE + 4, 1)],
    ['PGAERR when the second word belongs elsewhere', SR.PGAERR, (b) => pairAt(b, BASE, BASE + 12)],
    [
      'PROGERR when the double word is not erased',
      SR.PROGERR,
      (b) => {
        programmed(b, BASE, 1, 2);
        pair(b, BASE, 0, 1);
      },
    ],
    [
      'PGSERR joins while an earlier error stands',
      SR.SIZERR | SR.PGSERR,
      (b) => {
        b.bus.write(BASE, 1, 1);
        b.write(BASE, 1);
      },
    ],
    ['WRPERR for system memory', SR.WRPERR, (b) => b.write(0x1fff_0000, 1)],
  ];
  test.each(rules)('%s', (_name, expected, provoke) => {
    const b = programming();
    provoke(b);
    expect(status(b)).toBe(expected);
    expect(b.read(BASE) === 0xffff_ffff || expected === SR.PROGERR).toBe(true);
  });
  test('all zeros may be programmed over anything', () => {
    const b = programming();
    programmed(b, BASE, 1, 2);
    programmed(b, BASE, 0, 0);
    expect([status(b), b.read(BASE), b.read(BASE + 4)]).toEqual([0, 0, 0]);
  });
  test('an error flag is cleared by writing 1, then programming works again', () => {
    const b = programming();
    b.bus.write(BASE, 1, 1);
    b.write(REG.FLASH_SR, SR.SIZERR);
    programmed(b, BASE, 7, 8);
    expect([status(b), b.read(BASE)]).toEqual([0, 7]);
  });
  test('EOP is set only with EOPIE, and asks for the interrupt', () => {
    const b = programming();
    programmed(b, BASE, 1, 1);
    expect(status(b) & SR.EOP).toBe(0);
    b.write(REG.FLASH_CR, PG | EOPIE);
    programmed(b, BASE + 8, 1, 1);
    expect(status(b) & SR.EOP).toBe(SR.EOP);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
    b.write(REG.FLASH_SR, SR.EOP);
    expect(b.irqs.has(FLASH_IRQ)).toBe(false);
  });
  test('OPERR is set only with ERRIE', () => {
    const b = programming();
    b.write(REG.FLASH_CR, PG | ERRIE);
    b.bus.write(BASE, 1, 1);
    expect(status(b)).toBe(SR.SIZERR | SR.OPERR);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
  });
  test('CR keeps its value while CFGBSY is set', () => {
    const b = programming();
    b.write(BASE, 1);
    b.write(REG.FLASH_CR, 0);
    expect(b.read(REG.FLASH_CR) & PG).toBe(PG);
  });
  test('OTP is programmed like main memory', () => {
    const b = programming();
    programmed(b, 0x1fff_7000, 0x1234, 0x5678);
    expect([status(b), b.read(0x1fff_7000)]).toEqual([0, 0x1234]);
  });
  test('a reset in the middle leaves some bits of the double word unprogrammed and the controller idle', () => {
    const b = programming();
    pair(b, BASE, 0x0000_ffff, 0);
    b.reset('pin');
    expect(status(b)).toBe(0);
    expect(b.part.banks[0]!.stalled).toBe(false);
    expect(b.read(BASE) & 0xffff).toBe(0xffff); // bits that were to stay 1 stay 1
    expect(b.read(BASE + 4)).not.toBe(0);
    expect(b.read(BASE + 4)).not.toBe(0xffff_ffff);
  });
});

describe('fast programming (RM0454 3.3.8)', () => {
  function fast(): TestBench {
    const b = createTestBench();
    unlock(b);
    b.write(REG.FLASH_CR, FSTPG);
    return b;
  }
  test('a row of 64 words is programmed at once', () => {
    const b = fast();
    for (let i = 0; i < 64; i++) b.write(BASE + 4 * i, i);
    expect(b.until(() => !busy(b), 1e7)).toBeGreaterThanOrEqual(1_700_000);
    expect([status(b), b.read(BASE), b.read(BASE + 252)]).toEqual([0, 0, 63]);
  });
  test('MISERR and FASTERR when the next word does not come in time', () => {
    const b = fast();
    b.write(BASE, 1);
    b.pass(200_000);
    expect(status(b)).toBe(SR.MISERR | SR.FASTERR);
  });
  test('PGAERR and FASTERR when it does not begin at a row', () => {
    const b = fast();
    b.write(BASE + 8, 1);
    expect(status(b)).toBe(SR.PGAERR | SR.FASTERR);
  });
});

describe('erase', () => {
  test('a page is erased after its time, its neighbours stay, STRT clears itself', () => {
    const b = programming();
    for (const page of [0, 1, 2]) programmed(b, BASE + 2048 * page, page, page);
    b.write(REG.FLASH_CR, PER | (1 << 3) | STRT);
    expect(b.read(REG.FLASH_CR) & STRT).toBe(STRT);
    expect(b.until(() => !busy(b), 1e8)).toBeGreaterThanOrEqual(22_000_000);
    expect(b.read(REG.FLASH_CR) & STRT).toBe(0);
    expect([b.read(BASE), b.read(BASE + 2048), b.read(BASE + 4096)]).toEqual([0, 0xffff_ffff, 2]);
  });
  test('power lost in the middle of a page erase leaves the page neither erased nor as it was', () => {
    const b = programming();
    programmed(b, BASE, 0, 0);
    programmed(b, BASE + 2048, 0, 0);
    b.write(REG.FLASH_CR, PER | STRT);
    b.pass(5_000_000);
    b.powerCycle();
    expect(b.read(BASE)).not.toBe(0);
    expect(b.read(BASE)).not.toBe(0xffff_ffff);
    expect(b.read(BASE + 2048)).toBe(0);
    b.pass(100_000_000);
    expect(b.read(BASE)).not.toBe(0xffff_ffff); // nothing goes on after power-on
  });
  test('a second STRT while busy is lost: only the first page is erased', () => {
    const b = programming();
    for (const page of [1, 2]) programmed(b, BASE + 2048 * page, page, page);
    b.write(REG.FLASH_CR, PER | (1 << 3) | STRT);
    b.write(REG.FLASH_CR, PER | (2 << 3) | STRT);
    b.pass(100_000_000);
    expect([b.read(BASE + 2048), b.read(BASE + 4096)]).toEqual([0xffff_ffff, 2]);
  });
  test('mass erase', () => {
    const b = programming();
    programmed(b, BASE + 0x1_f000, 1, 1);
    b.write(REG.FLASH_CR, MER1 | STRT);
    expect(b.until(() => !busy(b), 1e8)).toBeGreaterThanOrEqual(22_100_000);
    expect(b.read(BASE + 0x1_f000)).toBe(0xffff_ffff);
  });
  test('PGSERR instead of an erase while an error stands', () => {
    const b = programming();
    programmed(b, BASE, 1, 1);
    b.bus.write(BASE + 8, 1, 1);
    b.write(REG.FLASH_CR, PER | STRT);
    expect(status(b)).toBe(SR.SIZERR | SR.PGSERR);
    expect(b.read(BASE)).toBe(1);
  });
  test('a debugger-started erase ends without any core running', () => {
    const b = createTestBench(1, true);
    unlock(b);
    b.write(REG.FLASH_CR, MER1 | STRT);
    b.pass(23_000_000);
    expect(busy(b)).toBe(false);
  });
});

describe('write protection', () => {
  function protectedBench(): TestBench {
    const b = createTestBench();
    unlockOptions(b);
    b.write(REG.FLASH_WRP1AR, (3 << 16) | 2); // pages 2 to 3
    b.write(REG.FLASH_CR, OPTSTRT);
    b.pass(50_000_000);
    b.write(REG.FLASH_CR, OBL_LAUNCH);
    b.pass(1);
    unlock(b);
    b.write(REG.FLASH_CR, PG);
    return b;
  }
  test.each([
    [1, 0],
    [2, SR.WRPERR],
    [3, SR.WRPERR],
    [4, 0],
  ])('programming page %i gives status %i', (page, expected) => {
    const b = protectedBench();
    programmed(b, BASE + 2048 * page, 1, 1);
    expect(status(b) & SR.WRPERR).toBe(expected);
  });
  test('page erase and mass erase are refused with WRPERR', () => {
    for (const operation of [PER | (2 << 3), MER1]) {
      const b = protectedBench();
      b.write(REG.FLASH_CR, operation | STRT);
      expect(status(b)).toBe(SR.WRPERR);
    }
  });
  test('the factory setting protects nothing', () => {
    const b = programming();
    programmed(b, BASE, 1, 1);
    programmed(b, BASE + 63 * 2048, 1, 1);
    expect(status(b)).toBe(0);
  });
});

describe('option bytes', () => {
  test('OPTR shows the factory value', () => {
    expect(createTestBench().read(REG.FLASH_OPTR)).toBe(0xdfff_e1aa);
  });
  test('OPTR takes writes only while OPTLOCK is clear', () => {
    const b = createTestBench();
    unlock(b);
    b.write(REG.FLASH_OPTR, 0);
    expect(b.read(REG.FLASH_OPTR)).toBe(0xdfff_e1aa);
  });
  test('a change survives power-off only after OPTSTRT', () => {
    const b = createTestBench();
    unlockOptions(b);
    b.write(REG.FLASH_OPTR, 0xdeff_e1aa);
    b.powerCycle();
    expect(b.read(REG.FLASH_OPTR)).toBe(0xdfff_e1aa);
    setOptr(b, 0xdeff_e1aa);
    b.powerCycle();
    expect(b.read(REG.FLASH_OPTR)).toBe(0xdeff_e1aa);
    expect(b.read(0x1fff_7800)).toBe(0xdeff_e1aa);
    expect(b.read(0x1fff_7804)).toBe(~0xdeff_e1aa >>> 0);
  });
  test('OBL_LAUNCH resets the chip with OBLRSTF and needs OPTLOCK clear', () => {
    const b = createTestBench();
    unlock(b);
    b.write(REG.FLASH_CR, OBL_LAUNCH);
    b.pass(1);
    expect(b.resets).toEqual([]);
    const c = createTestBench();
    unlockOptions(c);
    c.write(REG.FLASH_CR, OBL_LAUNCH);
    c.pass(1);
    expect(c.resets).toEqual(['option-load']);
    expect((c.read(REG.RCC_CSR) >>> 25) & 1).toBe(1);
  });
  test('RDP level 2 is refused', () => {
    const b = createTestBench();
    setOptr(b, 0xdfff_e1cc);
    b.powerCycle();
    expect(b.read(REG.FLASH_OPTR) & 0xff).toBe(0xaa);
    expect(b.notes).toContain('RDP level 2 is refused by the model');
  });
});

describe('EMPTY (AN2606 r70 4.x)', () => {
  const empty = (b: TestBench): number => (b.read(REG.FLASH_ACR) >>> 16) & 1;
  test('is set by power-on with an erased first word', () => {
    expect(empty(createTestBench())).toBe(1);
  });
  test('is not cleared by programming, nor by a reset, but by option load', () => {
    const b = programming();
    programmed(b, BASE, 0x2000_9000, 0x0800_00c1);
    expect(empty(b)).toBe(1);
    b.reset('software');
    expect(empty(b)).toBe(1);
    unlockOptions(b);
    b.write(REG.FLASH_CR, OBL_LAUNCH);
    b.pass(1);
    expect(empty(b)).toBe(0);
  });
  test('software can clear and set it', () => {
    const b = createTestBench();
    b.write(REG.FLASH_ACR, 0x600);
    expect(empty(b)).toBe(0);
    b.write(REG.FLASH_ACR, 0x1_0600);
    expect(empty(b)).toBe(1);
  });
});

describe('readout protection level 1', () => {
  function level1(): TestBench {
    const b = programming();
    programmed(b, BASE, 0x1234, 0x5678);
    setOptr(b, 0xdfff_e1bb);
    b.powerCycle();
    return b;
  }
  test('main flash stays readable while nobody debugs', () => {
    expect(level1().read(BASE)).toBe(0x1234);
  });
  test('a debugger takes the flash away until power-off', () => {
    const b = level1();
    b.part.debuggerSeen();
    expect(() => b.read(BASE)).toThrow('bus fault');
    b.reset('pin');
    expect(() => b.read(BASE)).toThrow('bus fault');
    b.powerCycle();
    expect(b.read(BASE)).toBe(0x1234);
  });
  test('back to level 0 erases main flash and backup registers', () => {
    const b = level1();
    b.set(REG.RCC_APBENR1, (1 << 28) | (1 << 10));
    b.set(REG.PWR_CR1, 1 << 8);
    b.write(REG.TAMP_BKP0R, 77);
    setOptr(b, 0xdfff_e1aa);
    expect(b.read(BASE)).toBe(0xffff_ffff);
    expect(b.read(REG.TAMP_BKP0R)).toBe(0);
  });
});

describe('wait states (RM0454 3.3.4)', () => {
  function at64MHz(latency: number): TestBench {
    const b = createTestBench();
    b.write(REG.FLASH_ACR, 0x600 | latency);
    b.write(REG.RCC_PLLCFGR, 0x3000_0802);
    b.set(REG.RCC_CR, 1 << 24);
    b.until(() => (b.read(REG.RCC_CR) & (1 << 25)) !== 0, 1e6);
    b.write(REG.RCC_CFGR, 2);
    b.pass(10_000);
    return b;
  }
  test('two wait states serve 64 MHz', () => {
    const b = at64MHz(2);
    expect(b.part.hclkHz()).toBe(64_000_000);
    expect(b.read(BASE)).toBe(0xffff_ffff);
    expect(b.part.banks[0]!.waitStates).toBe(2);
  });
  test('one wait state does not', () => {
    expect(() => at64MHz(1).read(BASE)).toThrow('bus fault');
  });
});
