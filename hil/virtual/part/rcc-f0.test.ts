import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pllMultiplier } from '../peripheral/rcc-f0-registers.ts';
import { REG } from './addresses-f0.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const HSION = 1;
const HSIRDY = 2;
const HSEON = 1 << 16;
const HSERDY = 1 << 17;
const HSI48ON = 1 << 16;
const HSI48RDY = 1 << 17;
const PLLON = 1 << 24;
const PLLRDY = 1 << 25;
const PWREN = 1 << 28;
const DBP = 1 << 8;

const parts = [stm32f042, stm32f091].map((part) => [part.chip.name, part] as const);
const sws = (b: TestBench): number => (b.read(REG.RCC_CFGR) >>> 2) & 3;
const cr = (b: TestBench): number => b.read(REG.RCC_CR);

function onHsi48(part = stm32f042): TestBench {
  const b = createBenchOf(part);
  b.write(REG.FLASH_ACR, 0x11);
  b.set(REG.RCC_CR2, HSI48ON);
  b.until(() => (b.read(REG.RCC_CR2) & HSI48RDY) !== 0, 1e6, 100);
  b.write(REG.RCC_CFGR, 3);
  b.until(() => sws(b) === 3, 1e6);
  return b;
}
/** PLL from `source` (PLLSRC) times `multiplier` with PREDIV `predivider`; not yet the system clock. */
function pll(source: number, multiplier: number, predivider = 1, settings = {}): TestBench {
  const b = createBenchOf(stm32f091, settings);
  b.write(REG.FLASH_ACR, 0x11);
  if (source === 2) b.set(REG.RCC_CR, HSEON);
  if (source === 3) b.set(REG.RCC_CR2, HSI48ON);
  b.pass(1e7);
  b.write(REG.RCC_CFGR2, predivider - 1);
  b.write(REG.RCC_CFGR, (b.read(REG.RCC_CFGR) & (1 << 17)) | (source << 15) | ((multiplier - 2) << 18));
  b.set(REG.RCC_CR, PLLON);
  b.pass(1e6);
  return b;
}
function onPll(source: number, multiplier: number, predivider = 1, settings = {}): TestBench {
  const b = pll(source, multiplier, predivider, settings);
  b.write(REG.RCC_CFGR, b.read(REG.RCC_CFGR) | 2);
  b.until(() => sws(b) === 2, 1e6);
  return b;
}

describe.each(parts)('%s after reset (RM0091 6.4)', (_name, part) => {
  test('runs from HSI at 8 MHz, CR 0x83, CR2 0x80, AHBENR 0x14', () => {
    const b = createBenchOf(part);
    expect([cr(b), b.read(REG.RCC_CFGR), b.read(REG.RCC_CR2), b.read(REG.RCC_AHBENR)]).toEqual([0x83, 0, 0x80, 0x14]);
    expect(b.part.hclkHz()).toBe(8_000_000);
  });
  test('power-on leaves PORRSTF, PINRSTF and V18PWRRSTF, a software reset SFTRSTF beside PINRSTF', () => {
    const b = createBenchOf(part);
    expect(b.read(REG.RCC_CSR)).toBe(0x0c80_0000);
    b.set(REG.RCC_CSR, 1 << 24);
    expect(b.read(REG.RCC_CSR)).toBe(0);
    b.reset('software');
    expect(b.read(REG.RCC_CSR)).toBe(0x1400_0000);
  });
  test('a system reset goes back to HSI and stops HSI48', () => {
    const b = onHsi48(part);
    expect(b.part.hclkHz()).toBe(48_000_000);
    b.reset('pin');
    expect([sws(b), b.part.hclkHz(), b.read(REG.RCC_CR2)]).toEqual([0, 8_000_000, 0x80]);
  });
});

describe('sources that drive SYSCLK cannot be switched off', () => {
  test('HSI', () => {
    const b = createBenchOf(stm32f042);
    b.write(REG.RCC_CR, 0x80);
    expect(cr(b) & (HSION | HSIRDY)).toBe(HSION | HSIRDY);
  });
  test('HSI48, while HSI can be', () => {
    const b = onHsi48();
    b.write(REG.RCC_CR2, 0x80);
    expect(b.read(REG.RCC_CR2) & HSI48ON).toBe(HSI48ON);
    b.write(REG.RCC_CR, 0x80);
    expect(cr(b) & (HSION | HSIRDY)).toBe(0);
    expect(b.part.hclkHz()).toBe(48_000_000);
  });
  test('HSI48 behind the PLL', () => {
    const b = onPll(3, 2, 4);
    b.write(REG.RCC_CR2, 0x80);
    expect(b.read(REG.RCC_CR2) & HSI48ON).toBe(HSI48ON);
  });
  test('the PLL', () => {
    const b = onPll(0, 12);
    b.write(REG.RCC_CR, 0x81);
    expect(cr(b) & (PLLON | PLLRDY)).toBe(PLLON | PLLRDY);
  });
});

describe('the PLL', () => {
  test.each([
    ['HSI/2 x 12', 0, 12, 1, 48e6],
    ['HSI/2 x 12 whatever PREDIV says', 0, 12, 2, 48e6],
    ['HSI x 6', 1, 6, 1, 48e6],
    ['HSI48/2 x 2', 3, 2, 2, 48e6],
    ['HSI48/3 x 2', 3, 2, 3, 32e6],
  ] as const)('%s', (_name, source, multiplier, predivider, hz) => {
    expect(onPll(source, multiplier, predivider).part.hclkHz()).toBe(hz);
  });
  test('from HSE of the board', () => {
    expect(onPll(2, 6, 1, { clocks: { hseHz: 8_000_000, hasLse: true } }).part.hclkHz()).toBe(48e6);
  });
  test.each([
    ['above 48 MHz', 0, 14, 1],
    ['below 16 MHz', 0, 3, 1],
    ['from an HSE that is not there', 2, 6, 1],
    ['with an input above 24 MHz', 3, 2, 1],
  ] as const)('does not lock %s', (_name, source, multiplier, predivider) => {
    const b = pll(source, multiplier, predivider);
    b.pass(1e9);
    expect(cr(b) & PLLRDY).toBe(0);
  });
  test('keeps source and multiplier while it is on', () => {
    const b = onPll(0, 12);
    b.write(REG.RCC_CFGR, 2);
    expect((b.read(REG.RCC_CFGR) >>> 18) & 15).toBe(10);
    b.write(REG.RCC_CFGR2, 5);
    expect(b.read(REG.RCC_CFGR2)).toBe(0);
  });
  test('PLLXTPRE and the lowest bit of PREDIV are one bit', () => {
    const b = createBenchOf(stm32f042);
    b.write(REG.RCC_CFGR2, 1);
    expect(b.read(REG.RCC_CFGR)).toBe(1 << 17);
    b.write(REG.RCC_CFGR, 0);
    expect(b.read(REG.RCC_CFGR2)).toBe(0);
  });
  test('multiplies by 2 to 16', () => {
    fc.assert(
      fc.property(fc.nat(15), (code) => {
        expect(pllMultiplier(code << 18)).toBe(Math.min(code + 2, 16));
      }),
    );
  });
});

describe('HSE, LSE, backup domain', () => {
  test('HSE never gets ready without a crystal', () => {
    const b = createBenchOf(stm32f042);
    b.set(REG.RCC_CR, HSEON);
    b.pass(1e9);
    expect(cr(b) & HSERDY).toBe(0);
  });
  test('BDCR needs DBP', () => {
    const b = createBenchOf(stm32f091);
    b.write(REG.RCC_BDCR, 1);
    expect(b.read(REG.RCC_BDCR)).toBe(0x18);
    b.set(REG.RCC_APB1ENR, PWREN);
    b.write(REG.PWR_CR, DBP);
    b.write(REG.RCC_BDCR, 0x101);
    b.until(() => (b.read(REG.RCC_BDCR) & 2) !== 0, 3e9, 1e7);
    b.write(REG.RCC_BDCR, 0x201);
    expect(b.read(REG.RCC_BDCR) & 0x300).toBe(0x100);
  });
  test('BDRST clears the backup registers, which a system reset leaves alone', () => {
    const b = createBenchOf(stm32f091);
    b.set(REG.RCC_APB1ENR, PWREN);
    b.write(REG.RTC_BKP0R, 0x1234);
    expect(b.read(REG.RTC_BKP0R)).toBe(0);
    b.write(REG.PWR_CR, DBP);
    b.write(REG.RTC_BKP0R, 0x1234);
    b.reset('software');
    expect(b.read(REG.RTC_BKP0R)).toBe(0x1234);
    b.set(REG.RCC_APB1ENR, PWREN);
    b.write(REG.PWR_CR, DBP);
    b.write(REG.RCC_BDCR, 1 << 16);
    expect(b.read(REG.RTC_BKP0R)).toBe(0);
  });
});

describe('interrupts, gates and CRS', () => {
  test('CIR holds flag, enable and clear bit of a source', () => {
    const b = createBenchOf(stm32f042);
    b.write(REG.RCC_CIR, 1 << 14);
    b.set(REG.RCC_CR2, HSI48ON);
    b.pass(10_000);
    expect(b.read(REG.RCC_CIR)).toBe((1 << 14) | (1 << 6));
    expect(b.irqs.has(4)).toBe(true);
    b.write(REG.RCC_CIR, (1 << 14) | (1 << 22));
    expect(b.irqs.has(4)).toBe(false);
  });
  test('a GPIO port answers while its clock is on', () => {
    const b = createBenchOf(stm32f042);
    expect(b.read(REG.GPIOA)).toBe(0);
    b.set(REG.RCC_AHBENR, 1 << 17);
    expect(b.read(REG.GPIOA)).toBe(0x2800_0000);
  });
  test('APB2RSTR resets its peripheral', () => {
    const b = createBenchOf(stm32f042);
    b.set(REG.RCC_APB2ENR, 1);
    b.write(REG.SYSCFG_CFGR1, 3);
    b.write(REG.RCC_APB2RSTR, 1);
    b.write(REG.RCC_APB2RSTR, 0);
    expect(b.read(REG.SYSCFG_CFGR1) & 3).toBe(1); // blank flash: started from system memory
  });
  test('CRS trims by hand, and not while AUTOTRIMEN is set', () => {
    const b = createBenchOf(stm32f042);
    b.set(REG.RCC_APB1ENR, 1 << 27);
    expect([b.read(REG.CRS_CR), b.read(REG.CRS_CFGR)]).toEqual([0x2000, 0x2022_bb7f]);
    b.write(REG.CRS_CR, 0x2160);
    expect(b.read(REG.CRS_CR)).toBe(0x2160);
    b.write(REG.CRS_CR, 0x0060);
    expect(b.read(REG.CRS_CR)).toBe(0x2160);
    b.write(REG.CRS_CFGR, 0);
    expect(b.read(REG.CRS_CFGR)).toBe(0x2022_bb7f);
  });
});
