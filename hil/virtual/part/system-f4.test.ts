import { describe, expect, test } from '@jest/globals';
import { F4 } from './addresses-l4-f4.ts';
import { boards } from './boards.ts';
import { stm32f411 } from './stm32f411.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const bench = (): TestBench => createBenchOf(stm32f411);
function bootsFrom(b: TestBench, boot0: 0 | 1, boot1: 0 | 1): string {
  b.part.net('BOOT0').setOutside(boot0);
  b.part.net('PB2').setOutside(boot1);
  return b.part.reset('system', 'pin');
}

describe('boot pattern 1 (RM0383 2.4)', () => {
  test.each([
    [0, 0, 'flash'],
    [0, 1, 'flash'],
    [1, 0, 'system'],
    [1, 1, 'sram'],
  ] as const)('BOOT0 = %i, BOOT1 = %i starts %s', (boot0, boot1, area) => {
    expect(bootsFrom(bench(), boot0, boot1)).toBe(area);
  });
  test('MEM_MODE shows the decision, and 0x0000_0000 follows it', () => {
    const b = bench();
    bootsFrom(b, 1, 0);
    b.set(F4.RCC_APB2ENR, 1 << 14);
    expect([b.read(F4.SYSCFG_MEMRMP), b.bus.alias?.name]).toEqual([1, 'system memory']);
    b.write(F4.SYSCFG_MEMRMP, 0);
    expect(b.bus.alias?.name).toBe('main flash');
  });
});

describe('memories', () => {
  test('128 KiB of SRAM, 512 KiB of flash by the size register, IDCODE', () => {
    const b = bench();
    b.write(0x2001_fffc, 1);
    expect([b.read(0x2001_fffc), b.bus.read(0x1fff_7a22, 2), b.read(F4.DBGMCU_IDCODE)]).toEqual([1, 512, 0x1000_6431]);
    expect(() => b.read(0x2002_0000)).toThrow('bus fault');
  });
});

describe('GPIO', () => {
  test('there is no BRR: a write to 0x28 resets nothing', () => {
    const b = bench();
    b.set(F4.RCC_AHB1ENR, 4);
    b.write(F4.GPIOC + 0x14, 0x2000);
    b.write(F4.GPIOC + 0x28, 0x2000);
    expect(b.read(F4.GPIOC + 0x14)).toBe(0x2000);
    b.write(F4.GPIOC + 0x18, 0x2000_0000);
    expect(b.read(F4.GPIOC + 0x14)).toBe(0);
  });
  test('port A starts with the debug pins in alternate function 0, the others as inputs', () => {
    const b = bench();
    b.set(F4.RCC_AHB1ENR, 1);
    expect([b.read(F4.GPIOA), b.read(F4.GPIOA + 0x0c)]).toEqual([0xa800_0000, 0x6400_0000]);
    expect(b.part.debugPortOpen()).toBe(true);
    b.write(F4.GPIOA, 0);
    expect(b.part.debugPortOpen()).toBe(false);
  });
});

describe('EXTI by SYSCFG_EXTICR', () => {
  test('the falling edge of the Nucleo button reaches line 13 and EXTI15_10', () => {
    const b = bench();
    b.set(F4.RCC_APB2ENR, 1 << 14);
    b.write(F4.SYSCFG_EXTICR4, 2 << 4);
    b.write(F4.EXTI_FTSR, 1 << 13);
    b.part.net('PC13').setOutside(1);
    b.pass(10);
    b.part.net('PC13').setOutside(0);
    b.pass(10);
    expect([b.read(F4.EXTI_PR), b.irqs.has(40)]).toEqual([1 << 13, false]);
    b.write(F4.EXTI_IMR, 1 << 13);
    expect(b.irqs.has(40)).toBe(true);
  });
  test('lines that do not exist take no edge selection', () => {
    const b = bench();
    b.write(F4.EXTI_RTSR, 0xffff_ffff);
    expect(b.read(F4.EXTI_RTSR)).toBe(0x0067_ffff);
  });
});

describe('backup registers, watchdogs, CRC', () => {
  test('20 backup registers behind DBP', () => {
    const b = bench();
    b.set(F4.RCC_APB1ENR, 1 << 28);
    b.set(F4.PWR_CR, 1 << 8);
    b.write(F4.RTC_BKP0R + 19 * 4, 5);
    b.write(F4.RTC_BKP0R + 20 * 4, 6);
    b.reset('software');
    expect([b.read(F4.RTC_BKP0R + 19 * 4), b.read(F4.RTC_BKP0R + 20 * 4)]).toEqual([5, 0]);
  });
  test('IWDG has no window, WWDG two bits of WDGTB', () => {
    const b = bench();
    b.set(F4.RCC_APB1ENR, 1 << 11);
    b.write(F4.WWDG_CFR, 0xffff_ffff);
    expect([b.read(F4.IWDG_WINR), b.read(F4.WWDG_CFR)]).toEqual([0, 0x3ff]);
  });
  test('CRC-32 of a word, and no polynomial to choose', () => {
    const b = bench();
    b.set(F4.RCC_AHB1ENR, 1 << 12);
    b.write(F4.CRC_POL, 0x1234);
    b.write(F4.CRC_DR, 0);
    expect([b.read(F4.CRC_POL), b.read(F4.CRC_DR)]).toEqual([0, 0xc704_dd7b]);
  });
});

describe('the boards', () => {
  test('NUCLEO-F411RE: the VCP does not reach the ROM, an adapter on USART1 does; 8 MHz on OSC_IN', () => {
    const board = boards['NUCLEO-F411RE']!;
    expect(board.wires).toEqual([
      { name: 'USART2', role: 'vcp', txPin: 'PA2', rxPin: 'PA3' },
      { name: 'USART1', role: 'rom', txPin: 'PA9', rxPin: 'PA10' },
    ]);
    expect(board.clocks).toEqual({ hseHz: 8_000_000, hasLse: true });
  });
  test('BLACKPILL-F411CE: one adapter for console and ROM, 25 MHz crystal, key on PA0', () => {
    const board = boards['BLACKPILL-F411CE']!;
    expect(board.wires.map(({ name, txPin }) => [name, txPin])).toEqual([['USART1', 'PA9']]);
    expect([board.clocks.hseHz, board.button?.pin]).toEqual([25_000_000, 'PA0']);
  });
});
