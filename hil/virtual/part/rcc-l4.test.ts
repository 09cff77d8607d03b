import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CR, CSR } from '../peripheral/rcc-l4-registers.ts';
import { L4 } from './addresses-l4-f4.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

/** 80 MHz from MSI 4 MHz: M = 1, N = 40, R = 2. */
const PLL_80_MHZ = 0x0100_2801;
const PWREN = 1 << 28;

const bench = (seed = 1): TestBench => createBenchOf(stm32l476, { seed });
const cr = (b: TestBench): number => b.read(L4.RCC_CR);
const sws = (b: TestBench): number => (b.read(L4.RCC_CFGR) >>> 2) & 3;
const range = (b: TestBench, index: number): void => b.write(L4.RCC_CR, CR.MSION | CR.MSIRGSEL | (index << 4));
function locked(b: TestBench): void {
  b.set(L4.RCC_CR, CR.PLLON);
  b.until(() => (cr(b) & CR.PLLRDY) !== 0, 1e6);
}
function onPll(): TestBench {
  const b = bench();
  b.write(L4.FLASH_ACR, 4);
  b.write(L4.RCC_PLLCFGR, PLL_80_MHZ);
  locked(b);
  b.write(L4.RCC_CFGR, 3);
  b.until(() => sws(b) === 3, 1e6);
  return b;
}

describe('reset state (RM0351 6.4)', () => {
  test('MSI runs at 4 MHz, and the registers have their reset values', () => {
    const b = bench();
    expect([cr(b), b.read(L4.RCC_CFGR), b.read(L4.RCC_PLLCFGR), b.read(L4.RCC_CSR)]).toEqual([
      0x63, 0, 0x1000, 0x0c00_0600,
    ]);
    expect(b.part.hclkHz()).toBe(4_000_000);
  });
  test('a system reset goes back to MSI at 4 MHz', () => {
    const b = onPll();
    b.reset('software');
    expect([cr(b), sws(b), b.part.hclkHz()]).toEqual([0x63, 0, 4_000_000]);
  });
});

describe('MSI ranges', () => {
  test.each([
    [0, 100_000],
    [5, 2_000_000],
    [8, 16_000_000],
    [11, 48_000_000],
  ])('range %i is %i Hz', (index, hz) => {
    const b = bench();
    b.write(L4.FLASH_ACR, 4);
    range(b, index);
    expect(b.part.hclkHz()).toBe(hz);
  });
  test('MSIRANGE does not count before MSIRGSEL is set', () => {
    const b = bench();
    b.write(L4.RCC_CR, CR.MSION | (8 << 4));
    expect(b.part.hclkHz()).toBe(4_000_000);
    b.set(L4.RCC_CR, CR.MSIRGSEL);
    expect(b.part.hclkHz()).toBe(16_000_000);
  });
  test('MSIRGSEL stays set until a reset', () => {
    const b = bench();
    range(b, 7);
    b.write(L4.RCC_CR, CR.MSION | (7 << 4));
    expect(cr(b) & CR.MSIRGSEL).toBe(CR.MSIRGSEL);
    b.reset('pin');
    expect(cr(b) & CR.MSIRGSEL).toBe(0);
  });
  test('a range that does not exist is not taken', () => {
    const b = bench();
    range(b, 12);
    expect([(cr(b) >>> 4) & 15, b.part.hclkHz()]).toEqual([6, 4_000_000]);
  });
  test('the range cannot be changed while the MSI is on and not ready', () => {
    const b = bench();
    b.set(L4.RCC_CR, CR.HSION);
    b.pass(10_000);
    b.write(L4.RCC_CFGR, 1);
    b.pass(10_000);
    b.write(L4.RCC_CR, CR.HSION | (6 << 4));
    b.write(L4.RCC_CR, CR.HSION | CR.MSION | CR.MSIRGSEL | (6 << 4));
    b.write(L4.RCC_CR, CR.HSION | CR.MSION | CR.MSIRGSEL | (9 << 4));
    expect((cr(b) >>> 4) & 15).toBe(6);
    b.pass(10_000);
    b.write(L4.RCC_CR, CR.HSION | CR.MSION | CR.MSIRGSEL | (9 << 4));
    expect((cr(b) >>> 4) & 15).toBe(9);
  });
  test('MSISRANGE takes 1 to 8 MHz, and only once MSIRGSEL was set', () => {
    const b = bench();
    const standby = (): number => (b.read(L4.RCC_CSR) & CSR.MSISRANGE) >>> 8;
    b.write(L4.RCC_CSR, 4 << 8);
    expect(standby()).toBe(6);
    range(b, 6);
    b.write(L4.RCC_CSR, 4 << 8);
    expect(standby()).toBe(4);
    b.write(L4.RCC_CSR, 9 << 8);
    expect(standby()).toBe(4);
  });
  test('MSIPLLEN cannot be set without LSE', () => {
    const b = bench();
    b.set(L4.RCC_CR, CR.MSIPLLEN);
    expect(cr(b) & CR.MSIPLLEN).toBe(0);
  });
});

describe('sources', () => {
  test('HSI16 gets ready late, and SWS follows SW only then', () => {
    const b = bench();
    b.set(L4.RCC_CR, CR.HSION);
    b.write(L4.RCC_CFGR, 1);
    expect([cr(b) & CR.HSIRDY, sws(b)]).toEqual([0, 0]);
    b.until(() => sws(b) === 1, 1e5);
    expect(b.part.hclkHz()).toBe(16_000_000);
  });
  test('HSE never gets ready without a clock on OSC_IN', () => {
    const b = bench();
    b.set(L4.RCC_CR, CR.HSEON | CR.HSEBYP);
    b.pass(1e9);
    expect(cr(b) & CR.HSERDY).toBe(0);
  });
  test('the source of SYSCLK cannot be switched off', () => {
    const b = bench();
    b.write(L4.RCC_CR, CR.HSION);
    expect(cr(b) & (CR.MSION | CR.MSIRDY)).toBe(CR.MSION | CR.MSIRDY);
  });
  test('LSE gets ready on the board, after DBP lets BDCR be written', () => {
    const b = bench();
    b.write(L4.RCC_BDCR, 1);
    expect(b.read(L4.RCC_BDCR)).toBe(0);
    b.set(L4.RCC_APB1ENR1, PWREN);
    b.set(L4.PWR_CR1, 1 << 8);
    b.write(L4.RCC_BDCR, 1);
    b.until(() => (b.read(L4.RCC_BDCR) & 2) !== 0, 3e9, 1e6);
    b.reset('software');
    expect(b.read(L4.RCC_BDCR)).toBe(3);
    b.powerCycle();
    expect(b.read(L4.RCC_BDCR)).toBe(0);
  });
  test('a ready interrupt is raised when enabled', () => {
    const b = bench();
    b.write(L4.RCC_CIER, 1 << 3);
    b.set(L4.RCC_CR, CR.HSION);
    b.pass(10_000);
    expect([b.read(L4.RCC_CIFR), b.irqs.has(5)]).toEqual([8, true]);
  });
});

describe('the PLLs', () => {
  test('80 MHz from MSI', () => {
    expect(onPll().part.hclkHz()).toBe(80_000_000);
  });
  test('PLLON stays set while the PLL drives SYSCLK, and so does its source', () => {
    const b = onPll();
    b.write(L4.RCC_CR, CR.HSION);
    expect(cr(b) & (CR.PLLON | CR.MSION)).toBe(CR.PLLON | CR.MSION);
  });
  test('N cannot be changed while the PLL is on', () => {
    const b = onPll();
    b.write(L4.RCC_PLLCFGR, 0x0100_2001);
    expect(b.read(L4.RCC_PLLCFGR)).toBe(PLL_80_MHZ);
  });
  test('PLLREN cannot be cleared while the PLL drives SYSCLK', () => {
    const b = onPll();
    b.write(L4.RCC_PLLCFGR, PLL_80_MHZ & ~(1 << 24));
    expect(b.read(L4.RCC_PLLCFGR)).toBe(PLL_80_MHZ);
  });
  test('source and M cannot be changed while another PLL is on', () => {
    const b = bench();
    b.write(L4.RCC_PLLCFGR, PLL_80_MHZ);
    b.write(L4.RCC_PLLSAI1CFGR, 0x1000);
    b.set(L4.RCC_CR, CR.PLLSAI1ON);
    b.write(L4.RCC_PLLCFGR, 0x0100_2812);
    expect(b.read(L4.RCC_PLLCFGR)).toBe(PLL_80_MHZ);
    b.until(() => (cr(b) & CR.PLLSAI1RDY) !== 0, 1e6);
  });
  test.each([
    ['no source', 0x0100_2800],
    ['VCO too slow', 0x0100_0801],
    ['VCO input below 4 MHz', 0x0100_5011],
    ['HSE without clock', 0x0100_2803],
  ])('never locks with %s', (_why, pllcfgr) => {
    const b = bench();
    b.write(L4.RCC_PLLCFGR, pllcfgr);
    b.set(L4.RCC_CR, CR.PLLON);
    b.pass(1e8);
    expect(cr(b) & CR.PLLRDY).toBe(0);
  });
  test('SYSCLK stays where it was while PLLREN is clear', () => {
    const b = bench();
    b.write(L4.RCC_PLLCFGR, PLL_80_MHZ & ~(1 << 24));
    locked(b);
    b.write(L4.RCC_CFGR, 3);
    b.pass(1e6);
    expect(sws(b)).toBe(0);
  });
});

describe('dividers, gates, kernel clocks', () => {
  test('HPRE divides HCLK', () => {
    const b = bench();
    b.write(L4.RCC_CFGR, 9 << 4);
    expect(b.part.hclkHz()).toBe(1_000_000);
  });
  test('a USART counts bits of its kernel clock: PCLK1, PCLK2 or HSI16 by CCIPR', () => {
    const b = bench();
    b.set(L4.RCC_AHB2ENR, 1);
    b.set(L4.RCC_APB1ENR1, 1 << 17);
    b.write(L4.RCC_CFGR, 5 << 8); // PPRE1 = 4
    const bitNs = (): number => {
      const lengths: number[] = [];
      b.part.net('PA2').onTransmit((frame) => lengths.push(frame.bitNs));
      b.write(L4.GPIOA, (b.read(L4.GPIOA) & ~0xf0) | 0xa0);
      b.write(L4.GPIOA + 0x20, 0x7700);
      b.write(L4.USART2, 0);
      b.write(L4.USART2 + 0x0c, 100);
      b.write(L4.USART2, 0x9);
      b.write(L4.USART2 + 0x28, 0);
      b.pass(10e6);
      return lengths[0]!;
    };
    expect(bitNs()).toBe(100_000);
    b.set(L4.RCC_CR, CR.HSION);
    b.pass(10_000);
    b.write(L4.RCC_CCIPR, 2 << 2);
    expect(bitNs()).toBe(6_250);
  });
  test('registers read 0 and ignore writes while the clock is off', () => {
    const b = bench();
    b.write(L4.USART2 + 0x0c, 0x55);
    expect(b.read(L4.USART2 + 0x0c)).toBe(0);
    b.set(L4.RCC_APB1ENR1, 1 << 17);
    b.write(L4.USART2 + 0x0c, 0x55);
    expect(b.read(L4.USART2 + 0x0c)).toBe(0x55);
    b.write(L4.RCC_APB1RSTR1, 1 << 17);
    b.write(L4.RCC_APB1RSTR1, 0);
    expect(b.read(L4.USART2 + 0x0c)).toBe(0);
  });
  test('only enable bits that exist can be set', () => {
    const b = bench();
    b.write(L4.RCC_AHB2ENR, 0xffff_ffff);
    expect(b.read(L4.RCC_AHB2ENR)).toBe(0x0004_30ff);
  });
});

describe('reset flags in CSR', () => {
  test.each([
    ['pin', 0x0400_0000],
    ['software', 0x1400_0000],
    ['iwdg', 0x2400_0000],
    ['wwdg', 0x4400_0000],
    ['option-load', 0x0600_0000],
  ] as const)('a %s reset brings PINRSTF with its own flag', (cause, expected) => {
    const b = bench();
    b.write(L4.RCC_CSR, CSR.RMVF);
    b.reset(cause);
    expect((b.read(L4.RCC_CSR) & 0xff00_0000) >>> 0).toBe(expected);
  });
});

test('any sequence of writes to RCC leaves SYSCLK running', () => {
  const registers = [L4.RCC_CR, L4.RCC_CFGR, L4.RCC_PLLCFGR, L4.RCC_CSR];
  const rdy = [CR.MSIRDY, CR.HSIRDY, CR.HSERDY, CR.PLLRDY];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(0xffff_ffff), fc.nat(100_000)), { maxLength: 30 }), (writes) => {
      const b = bench();
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
