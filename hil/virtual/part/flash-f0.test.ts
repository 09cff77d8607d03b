import { describe, expect, test } from '@jest/globals';
import { CR, SR } from '../peripheral/flash-f0-registers.ts';
import { FLASH_BASE, OPTION_BASE, REG } from './addresses-f0.ts';
import type { Part } from './part.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const FLASH_IRQ = 3;
const parts = [stm32f042, stm32f091].map((part) => [part.chip.name, part] as const);

const cr = (b: TestBench): number => b.read(REG.FLASH_CR);
const sr = (b: TestBench): number => b.read(REG.FLASH_SR);
const half = (b: TestBench, address: number): number => b.bus.read(address, 2);
const done = (b: TestBench): number => b.until(() => (sr(b) & SR.BSY) === 0, 1e9, 1_000);
function unlock(b: TestBench): TestBench {
  b.write(REG.FLASH_KEYR, 0x4567_0123);
  b.write(REG.FLASH_KEYR, 0xcdef_89ab);
  return b;
}
function unlockOptions(b: TestBench): TestBench {
  unlock(b);
  b.write(REG.FLASH_OPTKEYR, 0x4567_0123);
  b.write(REG.FLASH_OPTKEYR, 0xcdef_89ab);
  return b;
}
function programming(part: Part = stm32f042): TestBench {
  const b = unlock(createBenchOf(part));
  b.write(REG.FLASH_CR, CR.PG);
  return b;
}
function program(b: TestBench, address: number, value: number): void {
  b.write(REG.FLASH_CR, CR.PG);
  b.bus.write(address, value, 2);
  done(b);
}
function erasePage(b: TestBench, address: number): number {
  b.write(REG.FLASH_CR, CR.PER);
  b.write(REG.FLASH_AR, address);
  b.write(REG.FLASH_CR, CR.PER | CR.STRT);
  return done(b);
}
function eraseOptions(b: TestBench): void {
  unlockOptions(b);
  b.write(REG.FLASH_CR, CR.OPTWRE | CR.OPTER);
  b.write(REG.FLASH_CR, CR.OPTWRE | CR.OPTER | CR.STRT);
  done(b);
}
function programOption(b: TestBench, index: number, byte: number): void {
  b.write(REG.FLASH_CR, CR.OPTWRE | CR.OPTPG);
  b.bus.write(OPTION_BASE + 2 * index, byte, 2);
  done(b);
}
function launch(b: TestBench): TestBench {
  b.write(REG.FLASH_CR, CR.OPTWRE | CR.OBL_LAUNCH);
  b.pass(1);
  return b;
}

describe('locks (RM0091 3.2.2)', () => {
  test.each(parts)('%s: CR is 0x80 after reset and takes no writes', (_name, part) => {
    const b = createBenchOf(part);
    b.write(REG.FLASH_CR, CR.PG);
    expect(cr(b)).toBe(CR.LOCK);
  });
  test('KEYR opens CR, OPTKEYR then sets OPTWRE', () => {
    const b = unlock(createBenchOf(stm32f042));
    expect(cr(b)).toBe(0);
    unlockOptions(b);
    expect(cr(b)).toBe(CR.OPTWRE);
  });
  test('OPTWRE is cleared by writing 0, and by LOCK nothing is left to write', () => {
    const b = unlockOptions(createBenchOf(stm32f042));
    b.write(REG.FLASH_CR, CR.LOCK);
    expect(cr(b)).toBe(CR.LOCK);
  });
  test('the keys once more at an open lock change nothing, another value locks', () => {
    const b = unlock(createBenchOf(stm32f042));
    b.write(REG.FLASH_KEYR, 0x4567_0123);
    b.write(REG.FLASH_KEYR, 0xcdef_89ab);
    expect(cr(b)).toBe(0);
    expect(() => b.write(REG.FLASH_KEYR, 1)).toThrow('bus fault');
    expect(cr(b)).toBe(CR.LOCK);
  });
  test('a wrong key is a bus error and locks until reset', () => {
    const b = createBenchOf(stm32f042);
    expect(() => b.write(REG.FLASH_KEYR, 1)).toThrow('bus fault');
    expect(() => b.write(REG.FLASH_KEYR, 0x4567_0123)).toThrow('bus fault');
    b.reset('pin');
    expect(cr(unlock(b))).toBe(0);
  });
});

describe('programming', () => {
  test('a half-word takes 53.5 us and sets EOP, EOPIE or not', () => {
    const b = programming();
    b.bus.write(FLASH_BASE + 2, 0x1234, 2);
    expect(sr(b)).toBe(SR.BSY);
    expect(b.part.banks[0]!.stalled).toBe(true);
    expect(done(b)).toBeGreaterThanOrEqual(53_000);
    expect(b.read(FLASH_BASE)).toBe(0x1234_ffff);
    expect(sr(b)).toBe(SR.EOP);
    b.write(REG.FLASH_SR, SR.EOP);
    expect(sr(b)).toBe(0);
  });
  test('over a half-word that is not erased it gives PGERR and changes nothing', () => {
    const b = programming();
    program(b, FLASH_BASE, 0x00ff);
    b.write(REG.FLASH_SR, SR.EOP);
    b.bus.write(FLASH_BASE, 0x000f, 2);
    expect(sr(b)).toBe(SR.PGERR);
    expect(half(b, FLASH_BASE)).toBe(0x00ff);
  });
  test('but 0 can always be programmed', () => {
    const b = programming();
    program(b, FLASH_BASE, 0x00ff);
    program(b, FLASH_BASE, 0);
    expect([half(b, FLASH_BASE), sr(b)]).toEqual([0, SR.EOP]);
  });
  test('the neighbour in the word may be programmed already', () => {
    const b = programming();
    program(b, FLASH_BASE, 0x1111);
    program(b, FLASH_BASE + 2, 0x2222);
    expect(b.read(FLASH_BASE)).toBe(0x2222_1111);
  });
  test('a store while busy is carried out in its turn', () => {
    const b = programming();
    b.bus.write(FLASH_BASE, 0x1111, 2);
    b.bus.write(FLASH_BASE + 2, 0x2222, 2);
    b.pass(200_000);
    expect(b.read(FLASH_BASE)).toBe(0x2222_1111);
  });
  test.each([
    ['a word', 4],
    ['a byte', 1],
  ] as const)('%s is a bus error', (_name, width) => {
    expect(() => programming().bus.write(FLASH_BASE, 0, width)).toThrow('bus fault');
  });
  test('a store without PG is a bus error', () => {
    expect(() => unlock(createBenchOf(stm32f042)).bus.write(FLASH_BASE, 0, 2)).toThrow('bus fault');
  });
  test('EOP and errors interrupt when enabled', () => {
    const b = programming();
    b.write(REG.FLASH_CR, CR.PG | CR.EOPIE);
    b.bus.write(FLASH_BASE, 1, 2);
    done(b);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
    b.write(REG.FLASH_SR, SR.EOP);
    b.bus.write(FLASH_BASE, 2, 2);
    expect(b.irqs.has(FLASH_IRQ)).toBe(false);
    b.write(REG.FLASH_CR, CR.PG | CR.ERRIE);
    expect(b.irqs.has(FLASH_IRQ)).toBe(true);
  });
  test('a reset on the way leaves some of the bits programmed', () => {
    const b = programming();
    b.bus.write(FLASH_BASE, 0, 2);
    b.pass(20_000);
    b.reset('pin');
    expect(b.notes).toContain('flash operation cut by a reset');
    expect([0, 0xffff]).not.toContain(half(b, FLASH_BASE));
  });
});

describe('erasing', () => {
  test.each([
    ['STM32F042K6', stm32f042, 1024],
    ['STM32F091RC', stm32f091, 2048],
  ] as const)('%s: PER, AR and STRT erase the page around the address', (_name, part, size) => {
    const b = programming(part);
    for (const offset of [size - 2, size, 2 * size - 2, 2 * size]) program(b, FLASH_BASE + offset, 0);
    expect(erasePage(b, FLASH_BASE + size + 10)).toBeGreaterThan(19e6);
    expect([size - 2, size, 2 * size - 2, 2 * size].map((offset) => half(b, FLASH_BASE + offset))).toEqual([
      0, 0xffff, 0xffff, 0,
    ]);
    expect(sr(b)).toBe(SR.EOP);
  });
  test('MER erases all', () => {
    const b = programming();
    program(b, FLASH_BASE, 0);
    program(b, FLASH_BASE + 0x7ffe, 0);
    b.write(REG.FLASH_CR, CR.MER);
    b.write(REG.FLASH_CR, CR.MER | CR.STRT);
    done(b);
    expect([half(b, FLASH_BASE), half(b, FLASH_BASE + 0x7ffe)]).toEqual([0xffff, 0xffff]);
  });
  test('AR takes no write and CR neither while busy', () => {
    const b = programming();
    b.write(REG.FLASH_CR, CR.PER);
    b.write(REG.FLASH_AR, FLASH_BASE);
    b.write(REG.FLASH_CR, CR.PER | CR.STRT);
    b.write(REG.FLASH_AR, FLASH_BASE + 0x400);
    b.write(REG.FLASH_CR, CR.PG);
    expect([b.read(REG.FLASH_AR), cr(b)]).toEqual([FLASH_BASE, CR.PER | CR.STRT]);
    done(b);
    expect(cr(b)).toBe(CR.PER);
  });
});

describe('option bytes', () => {
  test.each(parts)('%s: erased but RDP, with complements', (_name, part) => {
    const b = createBenchOf(part);
    expect(b.read(OPTION_BASE)).toBe(0x00ff_55aa);
    expect(b.read(REG.FLASH_OBR)).toBe(0xffff_ff00);
    expect(b.read(REG.FLASH_WRPR)).toBe(0xffff_ffff);
  });
  test('are erased together and programmed byte by byte; the hardware adds the complement', () => {
    const b = createBenchOf(stm32f042);
    eraseOptions(b);
    expect(b.read(OPTION_BASE)).toBe(0xffff_ffff);
    programOption(b, 0, 0xaa);
    programOption(b, 1, 0x7f);
    expect(b.read(OPTION_BASE)).toBe(0x807f_55aa);
  });
  test('need OPTWRE', () => {
    const b = unlock(createBenchOf(stm32f042));
    b.write(REG.FLASH_CR, CR.OPTPG);
    expect(() => b.bus.write(OPTION_BASE, 0xaa, 2)).toThrow('bus fault');
    b.write(REG.FLASH_CR, CR.OPTER | CR.STRT);
    b.pass(1e8);
    expect(b.read(OPTION_BASE)).toBe(0x00ff_55aa);
  });
  test('over a byte that is not erased there is PGERR', () => {
    const b = unlockOptions(createBenchOf(stm32f042));
    programOption(b, 1, 0x7f);
    expect(sr(b)).toBe(SR.PGERR);
  });
  test('are in force after OBL_LAUNCH, which resets, and not before', () => {
    const b = createBenchOf(stm32f042);
    eraseOptions(b);
    programOption(b, 0, 0xaa);
    programOption(b, 1, 0x7f);
    b.reset('pin');
    expect(b.read(REG.FLASH_OBR)).toBe(0xffff_ff00);
    launch(unlockOptions(b));
    expect(b.resets).toEqual(['option-load']);
    expect(b.read(REG.FLASH_OBR)).toBe(0xffff_7f00);
    expect(b.read(REG.RCC_CSR) & (1 << 25)).toBe(1 << 25);
  });
  test('RDP level 2 is refused', () => {
    const b = createBenchOf(stm32f042);
    eraseOptions(b);
    programOption(b, 0, 0xcc);
    expect(sr(b) & SR.WRPRTERR).toBe(SR.WRPRTERR);
    expect(half(b, OPTION_BASE)).toBe(0xffff);
  });
  test('a complement that does not match sets OPTERR and reads 0xFF', () => {
    const b = createBenchOf(stm32f042);
    const area = b.bus.memoryAt(OPTION_BASE)!;
    area.halfwords[1] = 0x7f7f;
    b.powerCycle();
    expect(b.read(REG.FLASH_OBR)).toBe(0xffff_ff01);
  });
});

describe('write protection', () => {
  function withWrp(part: Part, index: number, byte: number): TestBench {
    const b = createBenchOf(part);
    eraseOptions(b);
    programOption(b, 0, 0xaa);
    programOption(b, 4 + index, byte);
    return unlock(launch(b));
  }
  test('a bit of WRP that is 0 protects a sector of 4 KiB', () => {
    const b = withWrp(stm32f042, 0, 0xfd);
    program(b, FLASH_BASE + 0x1000, 0);
    expect(sr(b)).toBe(SR.WRPRTERR);
    b.write(REG.FLASH_SR, SR.WRPRTERR);
    erasePage(b, FLASH_BASE + 0x1400);
    expect(sr(b)).toBe(SR.WRPRTERR);
    b.write(REG.FLASH_SR, SR.WRPRTERR);
    program(b, FLASH_BASE + 0x0ffe, 0);
    program(b, FLASH_BASE + 0x2000, 0);
    expect(sr(b)).toBe(SR.EOP);
  });
  test('the last bit protects all sectors from 31 on', () => {
    const b = withWrp(stm32f091, 3, 0x7f);
    program(b, FLASH_BASE + 0x2_1000, 0);
    expect(sr(b)).toBe(SR.WRPRTERR);
    b.write(REG.FLASH_SR, SR.WRPRTERR);
    program(b, FLASH_BASE + 0x1_e000, 0);
    expect(sr(b)).toBe(SR.EOP);
  });
  test('mass erase gives WRPRTERR when any sector is protected', () => {
    const b = withWrp(stm32f042, 0, 0xfe);
    b.write(REG.FLASH_CR, CR.MER);
    b.write(REG.FLASH_CR, CR.MER | CR.STRT);
    expect(sr(b)).toBe(SR.WRPRTERR);
  });
});

describe('readout protection', () => {
  function levelOne(): TestBench {
    const b = programming(stm32f091);
    program(b, FLASH_BASE, 0x1234);
    eraseOptions(b);
    return launch(b);
  }
  test('an RDP byte that is neither 0xAA nor 0xCC is level 1, which OBR shows', () => {
    expect(levelOne().read(REG.FLASH_OBR) & 6).toBe(2);
  });
  test('level 1 takes main flash away from a debugger', () => {
    const b = levelOne();
    expect(half(b, FLASH_BASE)).toBe(0x1234);
    b.part.debuggerSeen();
    expect(() => half(b, FLASH_BASE)).toThrow('bus fault');
    expect(b.read(OPTION_BASE)).toBe(0xffff_ffff);
    b.powerCycle();
    expect(half(b, FLASH_BASE)).toBe(0x1234);
  });
  test('programming RDP to 0xAA at level 1 erases main flash and backup registers', () => {
    const b = levelOne();
    b.set(REG.RCC_APB1ENR, 1 << 28);
    b.write(REG.PWR_CR, 1 << 8);
    b.write(REG.RTC_BKP0R, 7);
    unlockOptions(b);
    programOption(b, 0, 0xaa);
    expect([half(b, FLASH_BASE), b.read(REG.RTC_BKP0R)]).toEqual([0xffff, 0]);
  });
  test('programming RDP to 0xAA at level 0 erases nothing', () => {
    const b = programming(stm32f091);
    program(b, FLASH_BASE, 0x1234);
    eraseOptions(b);
    programOption(b, 0, 0xaa);
    expect(half(b, FLASH_BASE)).toBe(0x1234);
  });
});

describe('wait states (RM0091 3.5.1)', () => {
  test.each([
    [0, true],
    [1, false],
  ])('48 MHz with LATENCY %i', (latency, fault) => {
    const b = createBenchOf(stm32f042);
    b.write(REG.FLASH_ACR, 0x10 | latency);
    b.set(REG.RCC_CR2, 1 << 16);
    b.pass(10_000);
    b.write(REG.RCC_CFGR, 3);
    b.pass(10_000);
    expect(b.part.banks[0]!.readFault).toBe(fault);
  });
  test('ACR is 0x30 after reset: prefetch on', () => {
    expect(createBenchOf(stm32f042).read(REG.FLASH_ACR)).toBe(0x30);
  });
});
