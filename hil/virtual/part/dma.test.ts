import { describe, expect, test } from '@jest/globals';
import type { LineFrame } from '../board-types.ts';
import { REG } from './addresses.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c031 } from './stm32c031.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32g070 } from './stm32g070.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const DMA = { ISR: 0x4002_0000, IFCR: 0x4002_0004, CSELR: 0x4002_00a8 };
const MUX = 0x4002_0800;
const RAM = 0x2000_0000;
const CCR = {
  EN: 1,
  TCIE: 2,
  HTIE: 4,
  TEIE: 8,
  DIR: 1 << 4,
  CIRC: 1 << 5,
  PINC: 1 << 6,
  MINC: 1 << 7,
  P16: 1 << 8,
  P32: 2 << 8,
  M32: 2 << 10,
  MEM2MEM: 1 << 14,
};
const TC = 2;
const HT = 4;
const TE = 8;
const USART1_RX = 50;
const USART1_TX = 51;

interface Setup {
  readonly ccr: number;
  readonly count: number;
  readonly peripheral: number;
  readonly memory: number;
}
const register = (channel: number, offset: number): number => 0x4002_0008 + 20 * (channel - 1) + offset;
function start(b: TestBench, channel: number, setup: Setup): void {
  b.write(register(channel, 4), setup.count);
  b.write(register(channel, 8), setup.peripheral);
  b.write(register(channel, 12), setup.memory);
  b.write(register(channel, 0), setup.ccr | CCR.EN);
}
const left = (b: TestBench, channel: number): number => b.read(register(channel, 4));
const flags = (b: TestBench, channel: number): number => (b.read(DMA.ISR) >>> (4 * (channel - 1))) & 14;
function clocked(part = stm32g070): TestBench {
  const b = createBenchOf(part);
  b.set(REG.RCC_AHBENR, 1);
  return b;
}
const copy = (count: number): Setup => ({
  ccr: CCR.MEM2MEM | CCR.PINC | CCR.MINC | CCR.P32 | CCR.M32,
  count,
  peripheral: RAM,
  memory: RAM + 0x400,
});
function filled(b: TestBench, words: number): TestBench {
  for (let i = 0; i < words; i++) b.write(RAM + 4 * i, 0x1111_1111 * (i + 1));
  return b;
}
/** USART1 at 16 or 12 MHz with RX on PA10 and TX on PA9, enabled. */
function withUsart1(b: TestBench): TestBench {
  b.set(REG.RCC_APBENR2, 1 << 14);
  b.set(REG.RCC_IOPENR, 1);
  b.write(REG.GPIOA + 0x24, 0x0000_0110);
  b.write(REG.GPIOA, 0xebeb_ffff);
  b.part.net('PA10').setState('idle');
  b.write(REG.USART1 + 0x0c, Math.round(b.part.hclkHz() / 115_200));
  return b;
}

describe.each([
  ['G070', stm32g070, 7],
  ['G0B1', stm32g0b1, 7],
  ['C011', stm32c011, 3],
  ['C031', stm32c031, 3],
  ['C071', stm32c071, 5],
] as const)('DMA1 of %s (RM0454 chapter 10)', (_name, part, channels) => {
  test('copies memory to memory word by word, with TC and the interrupt of the channel', () => {
    const b = filled(clocked(part), 4);
    start(b, channels, { ...copy(4), ccr: copy(4).ccr | CCR.TCIE });
    expect(left(b, channels)).toBe(4); // nothing moves at once
    b.pass(10_000);
    expect([0, 4, 8, 12].map((at) => b.read(RAM + 0x400 + at))).toEqual([0, 4, 8, 12].map((at) => b.read(RAM + at)));
    expect([left(b, channels), flags(b, channels) & TC]).toEqual([0, TC]);
    expect([...b.irqs]).toEqual([channels === 3 ? 10 : 11]);
    b.write(DMA.IFCR, 0xffff_ffff);
    expect([b.read(DMA.ISR), b.irqs.size]).toEqual([0, 0]);
  });
  test('has no channel beyond', () => {
    const b = clocked(part);
    b.write(register(channels + 1, 4), 5);
    expect(left(b, channels + 1)).toBe(0);
  });
  test('feeds USART1 from memory', () => {
    const b = withUsart1(clocked(part));
    const sent: LineFrame[] = [];
    b.part.net('PA9').onTransmit((frame) => sent.push(frame));
    b.write(RAM, 0x4443_4241);
    b.write(REG.USART1 + 8, 1 << 7); // DMAT
    b.write(REG.USART1, 0x9);
    b.write(MUX, USART1_TX);
    start(b, 1, { ccr: CCR.DIR | CCR.MINC, count: 4, peripheral: REG.USART1 + 0x28, memory: RAM });
    b.pass(1_000_000);
    const bytes = sent.map(({ levels }) =>
      levels.slice(1, 9).reduce<number>((byte, level, i) => byte | (level << i), 0),
    );
    expect(bytes).toEqual([0x41, 0x42, 0x43, 0x44]);
    expect(flags(b, 1)).toBe(TC | HT);
  });
  test('empties USART1 into memory, one byte per request', () => {
    const b = withUsart1(clocked(part));
    b.write(RAM, 0);
    b.write(REG.USART1 + 8, 1 << 6); // DMAR
    b.write(REG.USART1, 0x5);
    b.write(MUX + 4, USART1_RX);
    start(b, 2, { ccr: CCR.MINC, count: 4, peripheral: REG.USART1 + 0x24, memory: RAM });
    for (const byte of [0x10, 0x20, 0x30]) {
      b.part.net('PA10').drive(hostFrame(byte, 115_200, b.now()));
      b.pass(200_000);
    }
    expect([b.read(RAM), left(b, 2), b.read(REG.USART1 + 0x1c) & (1 << 5)]).toEqual([0x0030_2010, 1, 0]);
  });
});

test('DMA2 of G0B1 is served by the outputs of DMAMUX after those of DMA1', () => {
  const b = withUsart1(clocked(stm32g0b1));
  b.set(REG.RCC_AHBENR, 2);
  b.write(RAM, 0);
  b.write(REG.USART1 + 8, 1 << 6);
  b.write(REG.USART1, 0x5);
  b.write(MUX + 4 * 7, USART1_RX);
  for (const [offset, value] of [
    [0x0c, 1],
    [0x10, REG.USART1 + 0x24],
    [0x14, RAM],
    [0x08, CCR.MINC | CCR.EN],
  ] as const) {
    b.write(0x4002_0400 + offset, value);
  }
  b.part.net('PA10').drive(hostFrame(0x5a, 115_200, b.now()));
  b.pass(200_000);
  expect(b.read(RAM)).toBe(0x5a);
});

describe('a channel', () => {
  test('without the clock of the controller does nothing', () => {
    const b = filled(clocked(), 4);
    start(b, 1, copy(4));
    b.write(REG.RCC_AHBENR, 0);
    b.pass(100_000);
    b.set(REG.RCC_AHBENR, 1);
    expect([left(b, 1), flags(b, 1)]).toEqual([4, 0]);
  });
  test('half way sets HTIF, which CHTIF clears alone', () => {
    const b = filled(clocked(), 4);
    start(b, 1, copy(4));
    b.until(() => left(b, 1) === 2, 100_000, 10);
    expect(flags(b, 1)).toBe(HT);
    b.write(DMA.IFCR, HT);
    expect(b.read(DMA.ISR)).toBe(0);
    b.pass(10_000);
    expect(flags(b, 1)).toBe(TC);
  });
  test('that hits nothing sets TEIF, is disabled, and interrupts with TEIE', () => {
    const b = clocked();
    start(b, 1, { ...copy(4), ccr: copy(4).ccr | CCR.TEIE, memory: 0x3000_0000 });
    b.pass(10_000);
    expect([flags(b, 1), b.read(register(1, 0)) & CCR.EN, left(b, 1)]).toEqual([TE, 0, 4]);
    expect(b.irqs.has(9)).toBe(true);
  });
  test('into locked flash makes a programming error there', () => {
    const b = filled(clocked(), 2);
    start(b, 1, { ...copy(2), memory: 0x0800_0000 });
    b.pass(10_000);
    expect(b.read(REG.FLASH_SR) & (1 << 7)).toBe(1 << 7);
  });
  test('with widths of 16 and 32 bits writes zeros above', () => {
    const b = filled(clocked(), 2);
    start(b, 1, { ...copy(2), ccr: CCR.MEM2MEM | CCR.PINC | CCR.MINC | CCR.P16 | CCR.M32 });
    b.pass(10_000);
    expect([b.read(RAM + 0x400), b.read(RAM + 0x404)]).toEqual([0x1111, 0x1111]);
  });
  test('without MINC writes the same place again', () => {
    const b = filled(clocked(), 4);
    start(b, 1, { ...copy(4), ccr: copy(4).ccr & ~CCR.MINC });
    b.pass(10_000);
    expect(b.read(RAM + 0x400)).toBe(0x4444_4444);
  });
  test('in circular mode goes on for ever: it overwrites what another program has put there', () => {
    const b = withUsart1(clocked());
    b.write(REG.USART1 + 8, 1 << 6);
    b.write(REG.USART1, 0x5);
    b.write(MUX, USART1_RX);
    start(b, 1, { ccr: CCR.MINC | CCR.CIRC, count: 2, peripheral: REG.USART1 + 0x24, memory: RAM });
    for (const byte of [1, 2, 3]) {
      b.write(RAM, 0xaaaa_aaaa);
      b.part.net('PA10').drive(hostFrame(byte, 115_200, b.now()));
      b.pass(200_000);
    }
    expect([b.read(RAM), left(b, 1)]).toEqual([0xaaaa_aa03, 1]);
  });
  test('disabled in the middle keeps its count; enabled again it starts at the first address', () => {
    const b = filled(clocked(), 4);
    start(b, 1, copy(4));
    b.until(() => left(b, 1) === 2, 100_000, 10);
    b.write(register(1, 0), copy(4).ccr);
    b.pass(10_000);
    expect(left(b, 1)).toBe(2);
    b.write(RAM + 0x400, 0);
    b.write(register(1, 0), copy(4).ccr | CCR.EN);
    b.pass(10_000);
    expect([left(b, 1), b.read(RAM + 0x400)]).toEqual([0, 0x1111_1111]);
  });
  test('takes no new count while it is enabled', () => {
    const b = clocked();
    b.write(MUX, 0);
    start(b, 1, { ccr: 0, count: 3, peripheral: RAM, memory: RAM });
    b.write(register(1, 4), 9);
    expect(left(b, 1)).toBe(3);
  });
  test('without a request from its line waits', () => {
    const b = withUsart1(clocked());
    b.write(REG.USART1 + 8, 1 << 7);
    b.write(REG.USART1, 0x9);
    b.write(MUX, USART1_RX);
    start(b, 1, { ccr: CCR.DIR, count: 4, peripheral: REG.USART1 + 0x28, memory: RAM });
    b.pass(1_000_000);
    expect(left(b, 1)).toBe(4);
    b.write(MUX, USART1_TX); // and begins when DMAMUX brings one
    b.pass(1_000_000);
    expect(left(b, 1)).toBe(0);
  });
  test('a reset stops everything', () => {
    const b = filled(clocked(), 4);
    start(b, 1, copy(4));
    b.reset('software');
    b.pass(100_000);
    b.set(REG.RCC_AHBENR, 1);
    expect([left(b, 1), b.read(register(1, 0)), b.read(DMA.ISR)]).toEqual([0, 0, 0]);
  });
});
