import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CR, CSR } from '../peripheral/rcc-f4-registers.ts';
import { F4 } from './addresses-l4-f4.ts';
import { stm32f411 } from './stm32f411.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

/** 96 MHz from HSI: M = 16, N = 192, P = 2, Q = 4. */
const PLL_96_MHZ = (4 << 24) | (192 << 6) | 16;
/** 96 MHz from HSE 8 MHz: M = 8. */
const PLL_96_MHZ_HSE = (4 << 24) | (1 << 22) | (192 << 6) | 8;
const PWREN = 1 << 28;

const bench = (hseHz?: number): TestBench => createBenchOf(stm32f411, { clocks: { hseHz, hasLse: true } });
const cr = (b: TestBench): number => b.read(F4.RCC_CR);
const sws = (b: TestBench): number => (b.read(F4.RCC_CFGR) >>> 2) & 3;
function onPll(pllcfgr = PLL_96_MHZ, hseHz?: number): TestBench {
  const b = bench(hseHz);
  b.write(F4.FLASH_ACR, 3);
  if (hseHz !== undefined) {
    b.set(F4.RCC_CR, CR.HSEON | CR.HSEBYP);
    b.until(() => (cr(b) & CR.HSERDY) !== 0, 1e7);
  }
  b.write(F4.RCC_PLLCFGR, pllcfgr);
  b.set(F4.RCC_CR, CR.PLLON);
  b.until(() => (cr(b) & CR.PLLRDY) !== 0, 1e6);
  b.write(F4.RCC_CFGR, 2);
  b.until(() => sws(b) === 2, 1e6);
  return b;
}

describe('reset state (RM0383 6.3)', () => {
  test('HSI runs at 16 MHz, and the registers have their reset values', () => {
    const b = bench();
    expect([cr(b), b.read(F4.RCC_CFGR), b.read(F4.RCC_PLLCFGR), b.read(F4.RCC_CSR)]).toEqual([
      0x83, 0, 0x2400_3010, 0x0e00_0000,
    ]);
    expect(b.part.hclkHz()).toBe(16_000_000);
  });
  test('a system reset goes back to HSI', () => {
    const b = onPll();
    b.reset('software');
    expect([cr(b), sws(b), b.part.hclkHz()]).toEqual([0x83, 0, 16_000_000]);
  });
});

describe('the PLL', () => {
  test('96 MHz from HSI', () => {
    expect(onPll().part.hclkHz()).toBe(96_000_000);
  });
  test("96 MHz from the ST-LINK's 8 MHz on OSC_IN", () => {
    expect(onPll(PLL_96_MHZ_HSE, 8_000_000).part.hclkHz()).toBe(96_000_000);
  });
  test('P divides by 2, 4, 6 or 8', () => {
    expect(onPll(PLL_96_MHZ | (2 << 16)).part.hclkHz()).toBe(32_000_000);
  });
  test('locks 75 to 300 us after PLLON', () => {
    const b = bench();
    b.write(F4.RCC_PLLCFGR, PLL_96_MHZ);
    b.set(F4.RCC_CR, CR.PLLON);
    const late = b.until(() => (cr(b) & CR.PLLRDY) !== 0, 1e6);
    expect(late).toBeGreaterThanOrEqual(75_000);
    expect(late).toBeLessThanOrEqual(301_000);
  });
  test('keeps its configuration while it is on', () => {
    const b = onPll();
    b.write(F4.RCC_PLLCFGR, PLL_96_MHZ_HSE | (3 << 16));
    expect(b.read(F4.RCC_PLLCFGR)).toBe(PLL_96_MHZ);
  });
  test('M and source are kept while PLLI2S is on, too', () => {
    const b = bench();
    b.set(F4.RCC_CR, CR.PLLI2SON);
    b.write(F4.RCC_PLLCFGR, (4 << 24) | (1 << 22) | (200 << 6) | 8);
    expect(b.read(F4.RCC_PLLCFGR)).toBe((4 << 24) | (200 << 6) | 16);
  });
  test('cannot be switched off while it drives SYSCLK, nor can its source', () => {
    const b = onPll();
    b.write(F4.RCC_CR, 0);
    expect(cr(b) & (CR.PLLON | CR.PLLRDY | CR.HSION)).toBe(CR.PLLON | CR.PLLRDY | CR.HSION);
  });
  test.each([
    ['VCO input below 0.95 MHz', (4 << 24) | (192 << 6) | 20],
    ['VCO input above 2.1 MHz', (4 << 24) | (60 << 6) | 4],
    ['VCO above 432 MHz', (4 << 24) | (450 << 6) | 16],
    ['HSE without clock', PLL_96_MHZ_HSE],
  ])('never locks with %s', (_why, pllcfgr) => {
    const b = bench();
    b.write(F4.RCC_PLLCFGR, pllcfgr);
    b.set(F4.RCC_CR, CR.PLLON);
    b.pass(1e8);
    expect(cr(b) & CR.PLLRDY).toBe(0);
  });
});

describe('sources', () => {
  test('HSE of the Black Pill gets ready within milliseconds and drives SYSCLK', () => {
    const b = bench(25_000_000);
    b.set(F4.RCC_CR, CR.HSEON);
    b.write(F4.RCC_CFGR, 1);
    expect(sws(b)).toBe(0);
    b.until(() => sws(b) === 1, 5e6);
    expect(b.part.hclkHz()).toBe(25_000_000);
  });
  test('HSE never gets ready without a clock on OSC_IN', () => {
    const b = bench();
    b.set(F4.RCC_CR, CR.HSEON);
    b.pass(1e9);
    expect(cr(b) & CR.HSERDY).toBe(0);
  });
  test('HSI cannot be switched off while it drives SYSCLK', () => {
    const b = bench();
    b.write(F4.RCC_CR, 0);
    expect(cr(b) & 3).toBe(3);
  });
  test('a ready interrupt is raised when enabled, and cleared by CIR', () => {
    const b = bench(8_000_000);
    b.write(F4.RCC_CIR, 1 << 11);
    b.set(F4.RCC_CR, CR.HSEON);
    b.pass(1e7);
    expect([b.read(F4.RCC_CIR), b.irqs.has(5)]).toEqual([(1 << 11) | (1 << 3), true]);
    b.write(F4.RCC_CIR, (1 << 19) | (1 << 11));
    expect([b.read(F4.RCC_CIR), b.irqs.has(5)]).toEqual([1 << 11, false]);
  });
  test('BDCR takes no writes without DBP; LSE survives a system reset', () => {
    const b = bench();
    b.write(F4.RCC_BDCR, 1);
    expect(b.read(F4.RCC_BDCR)).toBe(0);
    b.set(F4.RCC_APB1ENR, PWREN);
    b.set(F4.PWR_CR, 1 << 8);
    b.write(F4.RCC_BDCR, 1);
    b.until(() => (b.read(F4.RCC_BDCR) & 2) !== 0, 3e9, 1e6);
    b.reset('software');
    expect(b.read(F4.RCC_BDCR)).toBe(3);
  });
});

describe('dividers and gates', () => {
  test('HPRE divides HCLK; PPRE1 stands at 12:10, PPRE2 at 15:13', () => {
    const b = bench();
    b.write(F4.RCC_CFGR, (8 << 4) | (5 << 10) | (4 << 13));
    expect(b.part.hclkHz()).toBe(8_000_000);
    b.set(F4.RCC_AHB1ENR, 1);
    b.set(F4.RCC_APB1ENR, 1 << 17);
    b.set(F4.RCC_APB2ENR, 1 << 4);
    b.write(F4.GPIOA, 0xa808_0020);
    b.write(F4.GPIOA + 0x20, 0x0700);
    b.write(F4.GPIOA + 0x24, 0x0070);
    const bits: number[] = [];
    for (const [pin, usart] of [
      ['PA2', F4.USART2],
      ['PA9', F4.USART1],
    ] as const) {
      b.part.net(pin).onTransmit((frame) => bits.push(frame.bitNs));
      b.write(usart + 0x08, 160);
      b.write(usart + 0x0c, 0x2008);
      b.write(usart + 0x04, 0);
      b.pass(10e6);
    }
    expect(bits).toEqual([80_000, 40_000]); // 2 MHz and 4 MHz
  });
  test('registers read 0 and ignore writes while the clock is off; a reset bit puts them back', () => {
    const b = bench();
    b.write(F4.USART2 + 0x08, 0x55);
    b.set(F4.RCC_APB1ENR, 1 << 17);
    expect(b.read(F4.USART2 + 0x08)).toBe(0);
    b.write(F4.USART2 + 0x08, 0x55);
    b.write(F4.RCC_APB1RSTR, 1 << 17);
    b.write(F4.RCC_APB1RSTR, 0);
    expect(b.read(F4.USART2 + 0x08)).toBe(0);
  });
  test('only enable bits that exist can be set', () => {
    const b = bench();
    b.write(F4.RCC_AHB1ENR, 0xffff_ffff);
    expect(b.read(F4.RCC_AHB1ENR)).toBe(0x0060_109f);
  });
});

describe('reset flags in CSR', () => {
  test.each([
    ['pin', 0x0400_0000],
    ['software', 0x1400_0000],
    ['iwdg', 0x2400_0000],
    ['wwdg', 0x4400_0000],
  ] as const)('a %s reset brings PINRSTF with its own flag', (cause, expected) => {
    const b = bench();
    b.write(F4.RCC_CSR, CSR.RMVF);
    b.reset(cause);
    expect((b.read(F4.RCC_CSR) & 0xff00_0000) >>> 0).toBe(expected);
  });
});

describe('voltage scale (RM0383 5.4)', () => {
  const vos = (b: TestBench): number => (b.read(F4.PWR_CR) >>> 14) & 3;
  test('VOS takes writes only while the PLL is off; VOSRDY comes with the PLL', () => {
    const b = bench();
    b.set(F4.RCC_APB1ENR, PWREN);
    expect([b.read(F4.PWR_CR), b.read(F4.PWR_CSR)]).toEqual([0x8000, 0]);
    b.write(F4.PWR_CR, 0xc000);
    b.write(F4.RCC_PLLCFGR, PLL_96_MHZ);
    b.set(F4.RCC_CR, CR.PLLON);
    b.pass(1e6);
    b.write(F4.PWR_CR, 0x4000);
    expect([vos(b), b.read(F4.PWR_CSR)]).toEqual([3, 1 << 14]);
  });
});

test('any sequence of writes to RCC leaves SYSCLK running', () => {
  const registers = [F4.RCC_CR, F4.RCC_CFGR, F4.RCC_PLLCFGR, F4.RCC_CSR];
  const rdy = [CR.HSIRDY, CR.HSERDY, CR.PLLRDY, 0];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(0xffff_ffff), fc.nat(400_000)), { maxLength: 30 }), (writes) => {
      const b = bench(8_000_000);
      for (const [register, value, ns] of writes) {
        b.write(registers[register]!, value);
        b.pass(ns);
        if ((cr(b) & rdy[sws(b)]!) === 0) return false;
      }
      return b.part.hclkHz() > 0;
    }),
    { numRuns: 60 },
  );
});
