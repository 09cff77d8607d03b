import { describe, expect, test } from '@jest/globals';
import { REG } from './addresses.ts';
import { bootAreaPattern11 } from './boot-pattern-11.ts';
import type { BootInputs } from './kit/definition.ts';
import { createTestBench, type TestBench } from './test-bench.ts';

type Options = Readonly<Record<string, number>>;
const FACTORY: Options = { nBOOT_SEL: 1, nBOOT1: 1, nBOOT0: 1 };
const inputs = (options: Options, boot0: 0 | 1, empty: boolean, rdpLevel: 0 | 2 = 0): BootInputs => ({
  option: (field) => options[field],
  boot0,
  level: () => boot0,
  empty,
  rdpLevel,
});

describe('boot pattern 11 (AN2606 r70 table 2)', () => {
  test.each([
    ['factory', FACTORY, 0, false, 'flash'],
    ['factory, BOOT0 pin high: ignored', FACTORY, 1, false, 'flash'],
    ['factory, flash empty', FACTORY, 0, true, 'system'],
    ['nBOOT0 = 0', { ...FACTORY, nBOOT0: 0 }, 0, false, 'system'],
    ['nBOOT0 = 0, nBOOT1 = 0', { ...FACTORY, nBOOT0: 0, nBOOT1: 0 }, 0, false, 'sram'],
    ['pin chosen, low', { ...FACTORY, nBOOT_SEL: 0 }, 0, false, 'flash'],
    ['pin chosen, high', { ...FACTORY, nBOOT_SEL: 0 }, 1, false, 'system'],
    ['pin chosen, high, nBOOT1 = 0', { ...FACTORY, nBOOT_SEL: 0, nBOOT1: 0 }, 1, false, 'sram'],
    ['pin chosen, low, flash empty', { ...FACTORY, nBOOT_SEL: 0 }, 0, true, 'system'],
    ['BOOT_LOCK with nBOOT0 = 0', { ...FACTORY, nBOOT0: 0, BOOT_LOCK: 1 }, 0, false, 'flash'],
    ['BOOT_LOCK with flash empty', { ...FACTORY, BOOT_LOCK: 1 }, 0, true, 'flash'],
    ['BOOT_LOCK open', { ...FACTORY, nBOOT0: 0, BOOT_LOCK: 0 }, 0, false, 'system'],
  ] as const)('%s', (_name, options, boot0, empty, expected) => {
    expect(bootAreaPattern11(inputs(options, boot0, empty))).toBe(expected);
  });
  test('at RDP level 2 only main flash', () => {
    expect(bootAreaPattern11(inputs({ ...FACTORY, nBOOT0: 0 }, 1, true, 2))).toBe('flash');
  });
  test('the pin is PA14, pulled down when nothing drives it', () => {
    const b = createTestBench();
    expect(b.part.boot0()).toBe(0);
    b.part.net('PA14').setOutside(1);
    expect(b.part.boot0()).toBe(1);
  });
});

describe('MEM_MODE', () => {
  function withSyscfg(): TestBench {
    const b = createTestBench();
    b.part.flash.words[0] = 0x1111;
    b.part.systemMemory.words[0] = 0x2222;
    b.part.sram.words[0] = 0x3333;
    b.set(REG.RCC_APBENR2, 1);
    return b;
  }
  test.each([
    [0, 0x1111],
    [1, 0x2222],
    [2, 0x1111],
    [3, 0x3333],
  ])('%i puts its memory at 0', (mode, expected) => {
    const b = withSyscfg();
    b.write(REG.SYSCFG_CFGR1, mode);
    expect(b.read(0)).toBe(expected);
  });
  test('holds the boot decision after reset', () => {
    const b = withSyscfg();
    b.write(REG.SYSCFG_CFGR1, 3);
    b.write(REG.FLASH_ACR, 0x600); // EMPTY cleared by software
    b.reset('software');
    b.set(REG.RCC_APBENR2, 1);
    expect(b.read(REG.SYSCFG_CFGR1)).toBe(0);
    expect(b.read(0)).toBe(0x1111);
  });
});

describe('SRAM', () => {
  test('has a seeded pattern after power-on, another one the next time, and keeps it over a reset', () => {
    const a = createTestBench(7);
    const b = createTestBench(7);
    const first = a.read(0x2000_0000);
    expect(b.read(0x2000_0000)).toBe(first);
    expect(createTestBench(8).read(0x2000_0000)).not.toBe(first);
    a.write(0x2000_0004, 42);
    a.reset('software');
    expect(a.read(0x2000_0004)).toBe(42);
    a.powerCycle();
    expect(a.read(0x2000_0000)).not.toBe(first);
  });
  test('ends at 0x2000_9000', () => {
    const b = createTestBench();
    b.write(0x2000_8ffc, 1);
    expect(() => b.write(0x2000_9000, 1)).toThrow('bus fault');
  });
});

describe('IWDG (RM0454 chapter 24)', () => {
  const start = (b: TestBench): void => b.write(REG.IWDG_KR, 0xcccc);
  const unlock = (b: TestBench): void => b.write(REG.IWDG_KR, 0x5555);
  test('resets after its counter has run down, with IWDGRSTF', () => {
    const b = createTestBench();
    start(b);
    b.pass(490_000_000); // 4096 * 4 / 32 kHz = 512 ms, LSI within 3 %
    expect(b.resets).toEqual([]);
    b.pass(50_000_000);
    expect(b.resets).toEqual(['iwdg']);
    expect((b.read(REG.RCC_CSR) >>> 29) & 1).toBe(1);
    b.pass(2_000_000_000); // and is off after the reset
    expect(b.resets).toHaveLength(1);
  });
  test('a refresh in time keeps it quiet', () => {
    const b = createTestBench();
    start(b);
    for (let i = 0; i < 10; i++) {
      b.pass(400_000_000);
      b.write(REG.IWDG_KR, 0xaaaa);
    }
    expect(b.resets).toEqual([]);
  });
  test('PR and RLR need the key and take effect some LSI cycles later', () => {
    const b = createTestBench();
    start(b);
    b.pass(1_000_000);
    b.write(REG.IWDG_PR, 6);
    expect(b.read(REG.IWDG_SR)).toBe(0);
    unlock(b);
    b.write(REG.IWDG_PR, 6);
    expect([b.read(REG.IWDG_SR), b.read(REG.IWDG_PR)]).toEqual([1, 0]);
    b.until(() => b.read(REG.IWDG_SR) === 0, 1e6);
    expect(b.read(REG.IWDG_PR)).toBe(6);
  });
  test('without the watchdog running PVU stays set: no LSI takes the value over (AN2606 r70 4.9)', () => {
    const b = createTestBench();
    unlock(b);
    b.write(REG.IWDG_PR, 6);
    b.pass(5_000_000_000);
    expect(b.read(REG.IWDG_SR)).toBe(1);
    start(b);
    b.pass(10_000_000);
    expect(b.read(REG.IWDG_SR)).toBe(0);
  });
  test('a refresh outside the window resets', () => {
    const b = createTestBench();
    start(b);
    unlock(b);
    b.write(REG.IWDG_WINR, 0x100);
    b.pass(5_000_000);
    b.write(REG.IWDG_KR, 0xaaaa);
    b.pass(1);
    expect(b.resets).toEqual(['iwdg']);
  });
  test('stands still while a halted core freezes it', () => {
    const b = createTestBench(1, true);
    b.part.debuggerSeen();
    b.write(REG.DBG_IDCODE + 8, 1 << 12);
    start(b);
    b.pass(5_000_000_000);
    expect(b.resets).toEqual([]);
  });
});

describe('WWDG (RM0454 chapter 25)', () => {
  function wwdg(): TestBench {
    const b = createTestBench();
    b.set(REG.RCC_APBENR1, 1 << 11);
    return b;
  }
  test('resets when the counter falls below 0x40', () => {
    const b = wwdg();
    b.write(REG.WWDG_CR, 0xff);
    b.pass(63 * 256_000); // 4096 / 16 MHz = 256 us a step
    expect(b.resets).toEqual([]);
    b.pass(2 * 256_000);
    expect(b.resets).toEqual(['wwdg']);
  });
  test('resets on a refresh above the window', () => {
    const b = wwdg();
    b.write(REG.WWDG_CFR, 0x50);
    b.write(REG.WWDG_CR, 0xff);
    b.write(REG.WWDG_CR, 0xff);
    b.pass(1);
    expect(b.resets).toEqual(['wwdg']);
  });
  test('goes on when every peripheral of its bus is reset: it has no reset bit', () => {
    const b = wwdg();
    b.write(REG.WWDG_CR, 0xff);
    b.write(REG.RCC_APBRSTR1, 0xffff_ffff);
    b.write(REG.RCC_APBRSTR1, 0);
    expect(b.read(REG.WWDG_CR) & 0x80).toBe(0x80);
    b.pass(65 * 256_000);
    expect(b.resets).toEqual(['wwdg']);
  });
  test('its clock cannot be taken away', () => {
    const b = wwdg();
    b.write(REG.RCC_APBENR1, 0);
    expect(b.read(REG.RCC_APBENR1)).toBe(1 << 11);
  });
});

describe('identity', () => {
  test('IDCODE shows DEV_ID 0x460 to a debugger without DBGEN, to the program with it', () => {
    const b = createTestBench();
    expect(b.read(REG.DBG_IDCODE)).toBe(0);
    b.set(REG.RCC_APBENR1, 1 << 27);
    expect(b.read(REG.DBG_IDCODE) & 0xffff).toBe(0x6460);
    const c = createTestBench();
    c.part.debuggerSeen();
    expect(c.read(REG.DBG_IDCODE) & 0xfff).toBe(0x460);
  });
  test('flash size is 128 KiB; the unique id depends on the seed', () => {
    const uid = (b: TestBench): number[] => [0, 4, 8].map((at) => b.read(0x1fff_7590 + at));
    expect(createTestBench().bus.read(0x1fff_75e0, 2)).toBe(128);
    expect(uid(createTestBench(1))).toEqual(uid(createTestBench(1)));
    expect(uid(createTestBench(1))).not.toEqual(uid(createTestBench(2)));
  });
});

test('CRC: the reset configuration gives the CRC-32/MPEG-2 of a word', () => {
  const b = createTestBench();
  b.set(REG.RCC_AHBENR, 1 << 12);
  b.write(REG.CRC_DR, 0x3132_3334);
  b.write(REG.CRC_DR, 0x3536_3738);
  b.bus.write(REG.CRC_DR, 0x39, 1);
  expect(b.read(REG.CRC_DR)).toBe(0x0376_e6e7); // check value of the catalogue of parametrised CRC algorithms, "123456789"
});

test('a block that is not modelled reads 0 and says so once', () => {
  const b = createTestBench();
  b.set(REG.RCC_APBENR1, 1 << 4);
  expect([b.read(0x4000_1000), b.read(0x4000_1004)]).toEqual([0, 0]);
  expect(b.notes.filter((n) => n === 'peripheral is not modelled')).toHaveLength(1);
});
