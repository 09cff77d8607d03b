import { describe, expect, test } from '@jest/globals';
import { REG } from './addresses.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c031 } from './stm32c031.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32g070 } from './stm32g070.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const HSI48ON = 1 << 22;
const HSI48RDY = 1 << 23;
const PLLON = 1 << 24;
const CCIPR2 = 0x4002_1058;
const sws = (b: TestBench): number => (b.read(REG.RCC_CFGR) >>> 3) & 7;
const select = (b: TestBench, sw: number): void => {
  b.write(REG.RCC_CFGR, sw);
  b.pass(10_000);
};

describe('reset state', () => {
  test.each([
    ['G070', stm32g070, 0x500, 0x1000, 16_000_000],
    ['G0B1', stm32g0b1, 0x500, 0x1000, 16_000_000],
    ['C011', stm32c011, 0x1540, 0, 12_000_000],
    ['C031', stm32c031, 0x1540, 0, 12_000_000],
    ['C071', stm32c071, 0x1540, 0, 12_000_000],
  ] as const)('of %s: CR, PLLCFGR and HCLK', (_name, part, cr, pllcfgr, hclkHz) => {
    const b = createBenchOf(part);
    expect([b.read(REG.RCC_CR), b.read(REG.RCC_PLLCFGR), b.part.hclkHz()]).toEqual([cr, pllcfgr, hclkHz]);
    expect(part.resetHclkHz).toBe(hclkHz);
  });
});

describe('HSI48 of C0 (RM0490 6.2.2)', () => {
  test.each([
    [0, 48_000_000],
    [1, 24_000_000],
    [2, 12_000_000],
    [7, 375_000],
  ])('HSIDIV = %i gives %i Hz', (hsidiv, hz) => {
    const b = createBenchOf(stm32c031);
    b.write(REG.FLASH_ACR, 0x4_0601);
    b.write(REG.RCC_CR, (hsidiv << 11) | (1 << 8));
    expect(b.part.hclkHz()).toBe(hz);
  });
  test('48 MHz need one wait state', () => {
    const b = createBenchOf(stm32c071);
    b.write(REG.RCC_CR, 1 << 8);
    expect(() => b.read(0x0800_0000)).toThrow('bus fault');
    b.write(REG.FLASH_ACR, 0x4_0601);
    expect(b.read(0x0800_0000)).toBe(0xffff_ffff);
  });
  test('there is no PLL: PLLON and PLLCFGR take no writes, SW = 2 of C031 leads nowhere', () => {
    const b = createBenchOf(stm32c031);
    b.set(REG.RCC_CR, PLLON | HSI48ON);
    b.write(REG.RCC_PLLCFGR, 0x3000_0802);
    b.pass(1e6);
    select(b, 2);
    expect([b.read(REG.RCC_CR), b.read(REG.RCC_PLLCFGR), sws(b)]).toEqual([0x1540, 0, 0]);
  });
  test('HSIKER, HSI48 / 3 after reset, clocks USART1 whatever HSIDIV is', () => {
    const b = createBenchOf(stm32c031);
    b.write(0x4002_1054, 2); // CCIPR1.USART1SEL = HSIKER
    b.write(REG.RCC_CR, (7 << 11) | (2 << 5) | (1 << 8));
    b.set(REG.RCC_APBENR2, 1 << 14);
    b.set(REG.RCC_IOPENR, 1);
    b.write(REG.GPIOA + 0x24, 0x0000_0110);
    b.write(REG.GPIOA, 0xebeb_ffff);
    b.part.net('PA10').setState('idle');
    b.write(REG.USART1 + 0x0c, Math.round(16_000_000 / 9_600));
    b.write(REG.USART1, 5);
    b.part.net('PA10').drive(hostFrame(0xa5, 9_600, b.now()));
    b.pass(2_000_000);
    expect([b.read(REG.USART1 + 0x1c) & 6, b.read(REG.USART1 + 0x24)]).toEqual([0, 0xa5]);
  });
  test('LSE and RTC choice need no DBP: CSR1 is not write-protected', () => {
    const b = createBenchOf(stm32c031);
    b.write(REG.RCC_BDCR, 1);
    b.until(() => (b.read(REG.RCC_BDCR) & 2) !== 0, 3e9, 1e6);
    select(b, 4);
    expect(b.part.hclkHz()).toBe(32_768);
  });
});

describe('HSIUSB48 and SYSDIV of C071', () => {
  test('HSIUSB48 drives SYSCLK once it is ready, and cannot be switched off then', () => {
    const b = createBenchOf(stm32c071);
    b.write(REG.FLASH_ACR, 0x4_0601);
    b.set(REG.RCC_CR, HSI48ON);
    select(b, 2);
    expect([sws(b), b.part.hclkHz(), b.read(REG.RCC_CR) & HSI48RDY]).toEqual([2, 48_000_000, HSI48RDY]);
    b.write(REG.RCC_CR, 1 << 8);
    expect(b.read(REG.RCC_CR) & HSI48ON).toBe(HSI48ON);
  });
  test('SYSDIV divides SYSCLK', () => {
    const b = createBenchOf(stm32c071);
    b.write(REG.RCC_CR, (2 << 11) | (3 << 2) | (1 << 8));
    expect(b.part.hclkHz()).toBe(3_000_000);
  });
  test('C031 has neither', () => {
    const b = createBenchOf(stm32c031);
    b.write(REG.RCC_CR, (2 << 11) | (3 << 2) | (1 << 8) | HSI48ON);
    b.pass(1e6);
    expect([b.part.hclkHz(), b.read(REG.RCC_CR) & (HSI48ON | HSI48RDY | 0x1c)]).toEqual([12_000_000, 0]);
  });
});

test('C0 has a port clock for each port of the part: the C011 has no port D', () => {
  const clocks = [stm32c011, stm32c031].map((part) => {
    const b = createBenchOf(part);
    b.write(REG.RCC_IOPENR, 0xffff_ffff);
    return b.read(REG.RCC_IOPENR);
  });
  expect(clocks).toEqual([0x27, 0x2f]);
});

describe('what G0B1 has beyond G070', () => {
  test('HSI48 gets ready late and raises its interrupt, but drives no SYSCLK', () => {
    const b = createBenchOf(stm32g0b1);
    b.write(REG.RCC_CIER, 1 << 2);
    b.set(REG.RCC_CR, HSI48ON);
    expect(b.read(REG.RCC_CR) & HSI48RDY).toBe(0);
    b.pass(10_000);
    expect([b.read(REG.RCC_CR) & HSI48RDY, b.read(REG.RCC_CIFR), b.irqs.has(4)]).toEqual([HSI48RDY, 1 << 2, true]);
    select(b, 2);
    expect(sws(b)).toBe(0);
  });
  test('CCIPR2 keeps the choice of the USB clock; G070 has no such register', () => {
    const b = createBenchOf(stm32g0b1);
    b.write(CCIPR2, 0xffff_ffff);
    expect(b.read(CCIPR2)).toBe(3 << 12);
    const c = createBenchOf(stm32g070);
    c.write(CCIPR2, 0xffff_ffff);
    expect(c.read(CCIPR2)).toBe(0);
  });
  test('a system reset takes HSI48 off', () => {
    const b = createBenchOf(stm32g0b1);
    b.set(REG.RCC_CR, HSI48ON);
    b.pass(10_000);
    b.reset('software');
    expect(b.read(REG.RCC_CR)).toBe(0x500);
  });
  test('enable bits that do not exist stay 0', () => {
    const b = createBenchOf(stm32g0b1);
    for (const register of [REG.RCC_IOPENR, REG.RCC_AHBENR, REG.RCC_APBENR1, REG.RCC_APBENR2])
      b.write(register, 0xffff_ffff);
    expect([REG.RCC_IOPENR, REG.RCC_AHBENR, REG.RCC_APBENR1, REG.RCC_APBENR2].map(b.read)).toEqual([
      0x3f, 0x1103, 0xffff_ffb7, 0x0017_d801,
    ]);
  });
});
