import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pllOf } from '../peripheral/rcc-l0-registers.ts';
import { REG } from './addresses-l0.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l031 } from './stm32l031.ts';
import { stm32l073 } from './stm32l073.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const HSI16ON = 1;
const HSI16RDY = 1 << 2;
const HSI16DIVEN = 1 << 3;
const HSI16DIVF = 1 << 4;
const MSION = 1 << 8;
const MSIRDY = 1 << 9;
const HSEON = 1 << 16;
const HSERDY = 1 << 17;
const PLLON = 1 << 24;
const PLLRDY = 1 << 25;
/** HSI16, x4, /2: 32 MHz. */
const PLL_32_MHZ = (1 << 18) | (1 << 22);
const PWREN = 1 << 28;
const DBP = 1 << 8;
const VOS_RANGE_1 = 1 << 11;

const parts = [stm32l011, stm32l031, stm32l073].map((part) => [part.chip.name, part] as const);
const sws = (b: TestBench): number => (b.read(REG.RCC_CFGR) >>> 2) & 3;
const cr = (b: TestBench): number => b.read(REG.RCC_CR);

function rangeOne(b: TestBench): TestBench {
  b.set(REG.RCC_APB1ENR, PWREN);
  b.write(REG.PWR_CR, VOS_RANGE_1);
  return b;
}
function onHsi16(b = createBenchOf(stm32l073)): TestBench {
  b.set(REG.RCC_CR, HSI16ON);
  b.until(() => (cr(b) & HSI16RDY) !== 0, 1e6);
  b.write(REG.RCC_CFGR, 1);
  b.until(() => sws(b) === 1, 1e6);
  return b;
}
function onPll(): TestBench {
  const b = onHsi16(rangeOne(createBenchOf(stm32l073)));
  b.write(REG.FLASH_ACR, 1);
  b.write(REG.RCC_CFGR, PLL_32_MHZ | 1);
  b.set(REG.RCC_CR, PLLON);
  b.until(() => (cr(b) & PLLRDY) !== 0, 1e6);
  b.write(REG.RCC_CFGR, PLL_32_MHZ | 3);
  b.until(() => sws(b) === 3, 1e6);
  return b;
}

describe.each(parts)('%s after reset (RM0376 7.3)', (_name, part) => {
  test('runs from MSI at 2.097 MHz, CR 0x300, ICSCR 0xB000', () => {
    const b = createBenchOf(part);
    expect([cr(b), b.read(REG.RCC_ICSCR), b.read(REG.RCC_CFGR)]).toEqual([0x300, 0xb000, 0]);
    expect(b.part.hclkHz()).toBe(2_097_152);
  });
  test('power-on leaves PORRSTF and PINRSTF, a software reset SFTRSTF beside PINRSTF', () => {
    const b = createBenchOf(part);
    expect(b.read(REG.RCC_CSR)).toBe(0x0c00_0000);
    b.set(REG.RCC_CSR, 1 << 23);
    expect(b.read(REG.RCC_CSR)).toBe(0);
    b.reset('software');
    expect(b.read(REG.RCC_CSR)).toBe(0x1400_0000);
  });
  test('a system reset goes back to MSI range 5', () => {
    const b = onHsi16(createBenchOf(part));
    b.write(REG.RCC_ICSCR, 0);
    b.reset('pin');
    expect([cr(b), sws(b), b.part.hclkHz()]).toEqual([0x300, 0, 2_097_152]);
  });
});

describe('MSI', () => {
  test.each([
    [0, 65_536],
    [1, 131_072],
    [5, 2_097_152],
    [6, 4_194_304],
  ])('range %i is %i Hz', (range, hz) => {
    const b = createBenchOf(stm32l031);
    b.write(REG.RCC_ICSCR, 0x1000 | (range << 13));
    expect(b.part.hclkHz()).toBe(hz);
  });
  test('cannot be switched off while it drives SYSCLK, and can once it does not', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.RCC_CR, HSI16ON);
    expect(cr(b) & (MSION | MSIRDY)).toBe(MSION | MSIRDY);
    const other = onHsi16();
    other.write(REG.RCC_CR, HSI16ON);
    expect(cr(other) & (MSION | MSIRDY)).toBe(0);
  });
});

describe('HSI16', () => {
  test('gives 16 MHz, and 4 MHz with HSI16DIVEN', () => {
    const b = onHsi16();
    expect(b.part.hclkHz()).toBe(16_000_000);
    b.set(REG.RCC_CR, HSI16DIVEN);
    expect(cr(b) & HSI16DIVF).toBe(HSI16DIVF);
    expect(b.part.hclkHz()).toBe(4_000_000);
  });
  test('is ready microseconds after HSI16ON, later than at once', () => {
    const b = createBenchOf(stm32l031);
    b.set(REG.RCC_CR, HSI16ON);
    expect(cr(b) & HSI16RDY).toBe(0);
    expect(b.until(() => (cr(b) & HSI16RDY) !== 0, 1e6, 100)).toBeLessThanOrEqual(6_100);
  });
  test('HPRE and PPRE divide it', () => {
    const b = onHsi16();
    b.write(REG.RCC_CFGR, 1 | (8 << 4));
    expect(b.part.hclkHz()).toBe(8_000_000);
  });
});

describe('HSE', () => {
  test('is ready with a clock on OSC_IN and never without', () => {
    const without = createBenchOf(stm32l073);
    without.set(REG.RCC_CR, HSEON);
    without.pass(1e9);
    expect(cr(without) & HSERDY).toBe(0);
    const b = createBenchOf(stm32l073, { clocks: { hseHz: 8_000_000, hasLse: true } });
    b.set(REG.RCC_CR, HSEON);
    b.until(() => (cr(b) & HSERDY) !== 0, 1e8);
    b.write(REG.RCC_CFGR, 2);
    b.until(() => sws(b) === 2, 1e6);
    expect(b.part.hclkHz()).toBe(8_000_000);
  });
});

describe('the PLL', () => {
  test('makes 32 MHz of HSI16', () => {
    expect(onPll().part.hclkHz()).toBe(32_000_000);
  });
  test('keeps source, multiplier and divider while it is on', () => {
    const b = onPll();
    b.write(REG.RCC_CFGR, (3 << 18) | (2 << 22) | 3);
    expect(b.read(REG.RCC_CFGR) & 0x00fd_0000).toBe(PLL_32_MHZ);
  });
  test('cannot be switched off while it drives SYSCLK, nor HSI16 behind it', () => {
    const b = onPll();
    b.write(REG.RCC_CR, 0);
    expect(cr(b) & (PLLON | PLLRDY | HSI16ON)).toBe(PLLON | PLLRDY | HSI16ON);
  });
  test('does not lock on a VCO beyond what the voltage range allows', () => {
    const b = onHsi16();
    b.write(REG.RCC_CFGR, PLL_32_MHZ | 1); // 64 MHz in range 2, which allows 48
    b.set(REG.RCC_CR, PLLON);
    b.pass(1e9);
    expect(cr(b) & PLLRDY).toBe(0);
    expect(b.notes).toContain('PLL cannot lock');
  });
  test('does not lock without a divider', () => {
    const b = onHsi16(rangeOne(createBenchOf(stm32l073)));
    b.write(REG.RCC_CFGR, (1 << 18) | 1);
    b.set(REG.RCC_CR, PLLON);
    b.pass(1e9);
    expect(cr(b) & PLLRDY).toBe(0);
  });
  test('output is input times multiplier over divider', () => {
    const multipliers = [3, 4, 6, 8, 12, 16, 24, 32, 48];
    fc.assert(
      fc.property(fc.nat(8), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2e6, max: 24e6 }), (mul, div, hz) => {
        const { vcoHz, outHz } = pllOf((mul << 18) | (div << 22), hz);
        expect(vcoHz).toBe(hz * multipliers[mul]!);
        expect(outHz * (div + 1)).toBeCloseTo(vcoHz, 3);
      }),
    );
  });
});

describe('HSI48', () => {
  function asked(part: typeof stm32l073, reference: boolean): TestBench {
    const b = createBenchOf(part);
    b.set(REG.RCC_APB2ENR, 1);
    if (reference) b.write(REG.SYSCFG_CFGR3, 1 << 13);
    b.write(REG.RCC_CRRCR, 1);
    b.pass(100_000);
    return b;
  }
  test('starts when SYSCFG_CFGR3.ENREF_HSI48 feeds it the reference', () => {
    expect(asked(stm32l073, true).read(REG.RCC_CRRCR)).toBe(3);
  });
  test('does not start without the reference', () => {
    expect(asked(stm32l073, false).read(REG.RCC_CRRCR)).toBe(1);
  });
  test('does not exist on L031', () => {
    expect(asked(stm32l031, true).read(REG.RCC_CRRCR)).toBe(0);
  });
});

describe('LSE and RTC bits of CSR', () => {
  const LSEON = 1 << 8;
  function unlocked(): TestBench {
    const b = createBenchOf(stm32l073);
    b.set(REG.RCC_APB1ENR, PWREN);
    b.write(REG.PWR_CR, 0x1000 | DBP);
    return b;
  }
  test('need DBP', () => {
    const b = createBenchOf(stm32l073);
    b.set(REG.RCC_CSR, LSEON);
    expect(b.read(REG.RCC_CSR) & LSEON).toBe(0);
    const open = unlocked();
    open.set(REG.RCC_CSR, LSEON);
    open.until(() => (open.read(REG.RCC_CSR) & (1 << 9)) !== 0, 3e9, 1e7);
  });
  test('RTCSEL is chosen once until RTCRST, which clears the backup registers too', () => {
    const b = unlocked();
    b.write(REG.RTC_BKP0R, 0x1234);
    b.set(REG.RCC_CSR, 1 << 16);
    b.set(REG.RCC_CSR, 2 << 16);
    expect((b.read(REG.RCC_CSR) >>> 16) & 3).toBe(1);
    b.set(REG.RCC_CSR, 1 << 19);
    expect([(b.read(REG.RCC_CSR) >>> 16) & 3, b.read(REG.RTC_BKP0R)]).toEqual([0, 0]);
  });
  test('survive a system reset', () => {
    const b = unlocked();
    b.set(REG.RCC_CSR, 1 << 16);
    b.reset('software');
    expect((b.read(REG.RCC_CSR) >>> 16) & 3).toBe(1);
  });
});

describe('interrupts and gates', () => {
  test('a ready interrupt is raised when enabled, and CICR clears it', () => {
    const b = createBenchOf(stm32l031);
    b.write(REG.RCC_CIER, 1 << 2);
    b.set(REG.RCC_CR, HSI16ON);
    b.pass(10_000);
    expect(b.read(REG.RCC_CIFR)).toBe(1 << 2);
    expect(b.irqs.has(4)).toBe(true);
    b.write(REG.RCC_CICR, 1 << 2);
    expect(b.irqs.has(4)).toBe(false);
  });
  test('USART2 takes its clock from where CCIPR says', () => {
    const b = onHsi16(createBenchOf(stm32l011));
    b.write(REG.RCC_CCIPR, 2 << 2);
    b.set(REG.RCC_APB1ENR, 1 << 17);
    b.write(REG.USART2_BRR, 0x8b);
    expect(b.read(REG.USART2_BRR)).toBe(0x8b);
  });
  test('a peripheral without its clock reads 0', () => {
    const b = createBenchOf(stm32l011);
    b.write(REG.PWR_CR, 0x800);
    expect(b.read(REG.PWR_CR)).toBe(0);
    b.set(REG.RCC_APB1ENR, PWREN);
    expect(b.read(REG.PWR_CR)).toBe(0x1000);
  });
  test('a reset bit resets its peripheral', () => {
    const b = createBenchOf(stm32l073);
    b.set(REG.RCC_APB2ENR, 1);
    b.write(REG.SYSCFG_EXTICR1, 2);
    b.write(REG.RCC_APB2RSTR, 1);
    b.write(REG.RCC_APB2RSTR, 0);
    expect(b.read(REG.SYSCFG_EXTICR1)).toBe(0);
  });
});
