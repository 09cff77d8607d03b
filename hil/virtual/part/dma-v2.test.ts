import { describe, expect, test } from '@jest/globals';
import type { LineFrame } from '../board-types.ts';
import { FLAG, flagShift, SCR, SFCR, STREAM } from '../peripheral/dma-v2-registers.ts';
import { USART } from '../peripheral/usart-v1-registers.ts';
import { F4 } from './addresses-l4-f4.ts';
import { stm32f411 } from './stm32f411.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const DMA1 = 0x4002_6000;
const DMA2 = 0x4002_6400;
const RAM = 0x2000_0000;
const OUT = RAM + 0x400;
const CHANNEL_4 = 4 << 25;
const P16 = 1 << 11;
const P32 = 2 << 11;
const M32 = 2 << 13;
const MBURST_4 = 1 << 23;
const HALF_FULL = SFCR.DMDIS | 1;
const FULL = SFCR.DMDIS | 3;

interface Stream {
  readonly dma: number;
  readonly stream: number;
}
const RX: Stream = { dma: DMA1, stream: 5 };
const TX: Stream = { dma: DMA1, stream: 6 };
const COPY: Stream = { dma: DMA2, stream: 0 };

const register = ({ dma, stream }: Stream, offset: number): number => dma + 0x10 + 0x18 * stream + offset;
const status = ({ dma, stream }: Stream): number => dma + (stream > 3 ? 4 : 0);
const flags = (b: TestBench, at: Stream): number => (b.read(status(at)) >>> flagShift(at.stream)) & 0x3d;
const clear = (b: TestBench, at: Stream, which: number): void =>
  b.write(status(at) + 8, (which << flagShift(at.stream)) >>> 0);
const left = (b: TestBench, at: Stream): number => b.read(register(at, STREAM.NDTR));
const enabled = (b: TestBench, at: Stream): boolean => (b.read(register(at, STREAM.CR)) & SCR.EN) !== 0;
const fifoStatus = (b: TestBench, at: Stream): number => (b.read(register(at, STREAM.FCR)) >>> 3) & 7;

interface Setup {
  readonly cr: number;
  readonly count: number;
  readonly peripheral: number;
  readonly memory: number;
  readonly second?: number;
  readonly fcr?: number;
}
function start(b: TestBench, at: Stream, setup: Setup): void {
  b.write(register(at, STREAM.NDTR), setup.count);
  b.write(register(at, STREAM.PAR), setup.peripheral);
  b.write(register(at, STREAM.M0AR), setup.memory);
  b.write(register(at, STREAM.M1AR), setup.second ?? 0);
  if (setup.fcr !== undefined) b.write(register(at, STREAM.FCR), setup.fcr);
  b.write(register(at, STREAM.CR), setup.cr | SCR.EN);
}
const copy: Setup = {
  cr: SCR.MEMORY_TO_MEMORY | SCR.PINC | SCR.MINC | P32 | M32,
  count: 4,
  peripheral: RAM,
  memory: OUT,
};
const receive: Setup = {
  cr: CHANNEL_4 | SCR.MINC,
  count: 4,
  peripheral: F4.USART2 + USART.DR,
  memory: RAM,
};
const send: Setup = { ...receive, cr: CHANNEL_4 | SCR.MINC | SCR.MEMORY_TO_PERIPHERAL };

function clocked(): TestBench {
  const b = createBenchOf(stm32f411);
  b.set(F4.RCC_AHB1ENR, (1 << 21) | (1 << 22));
  return b;
}
function filled(): TestBench {
  const b = clocked();
  for (let i = 0; i < 8; i++) b.write(RAM + 4 * i, 0x0403_0201 + 0x0404_0404 * i);
  return b;
}
const words = (b: TestBench, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => b.read(from + 4 * i));
/** USART2 on PA2 and PA3 at 115200 baud. */
function withUsart2(cr3: number): { readonly b: TestBench; host(...bytes: readonly number[]): void; sent(): number[] } {
  const b = clocked();
  b.set(F4.RCC_AHB1ENR, 1);
  b.set(F4.RCC_APB1ENR, 1 << 17);
  b.part.net('PA3').setState('idle');
  b.write(F4.GPIOA, ((b.read(F4.GPIOA) & ~0xf0) | 0xa0) >>> 0);
  b.write(F4.GPIOA + 0x20, 0x7700);
  b.write(F4.USART2 + USART.BRR, 139);
  b.write(F4.USART2 + USART.CR3, cr3);
  b.write(F4.USART2 + USART.CR1, 0x200c);
  b.pass(200_000);
  const frames: LineFrame[] = [];
  b.part.net('PA2').onTransmit((frame) => frames.push(frame));
  return {
    b,
    host(...bytes) {
      for (const byte of bytes) {
        b.part.net('PA3').drive(hostFrame(byte, 115_200, b.now()));
        b.pass(200_000);
      }
    },
    sent: () => frames.map(({ levels }) => levels.slice(1, 9).reduce<number>((sum, bit, i) => sum | (bit << i), 0)),
  };
}
const DMAR = 1 << 6;
const DMAT = 1 << 7;

describe('memory to memory on DMA2 (RM0383 9.3.6)', () => {
  test('copies word by word, ends with TC, and EN is clear then', () => {
    const b = filled();
    start(b, COPY, copy);
    expect(left(b, COPY)).toBe(4); // nothing moves at once
    b.pass(10_000);
    expect(words(b, OUT, 4)).toEqual(words(b, RAM, 4));
    expect([left(b, COPY), enabled(b, COPY), flags(b, COPY)]).toEqual([0, false, FLAG.TCIF | FLAG.HTIF]);
  });
  test('goes through the FIFO: hardware sets DMDIS', () => {
    const b = filled();
    start(b, COPY, { ...copy, fcr: 1 });
    expect(b.read(register(COPY, STREAM.FCR)) & SFCR.DMDIS).toBe(SFCR.DMDIS);
  });
  test('ends although CIRC is set', () => {
    const b = filled();
    start(b, COPY, { ...copy, cr: copy.cr | SCR.CIRC });
    b.pass(10_000);
    expect([left(b, COPY), enabled(b, COPY)]).toEqual([0, false]);
  });
  test.each([0, 1, 2, 3, 4, 5, 6, 7])('of stream %i has flags and an interrupt of its own', (stream) => {
    const b = filled();
    const at = { dma: DMA2, stream };
    start(b, at, { ...copy, cr: copy.cr | SCR.TCIE });
    b.pass(10_000);
    expect([flags(b, at), [...b.irqs]]).toEqual([FLAG.TCIF | FLAG.HTIF, [[56, 57, 58, 59, 60, 68, 69, 70][stream]]]);
    clear(b, at, FLAG.TCIF);
    expect([flags(b, at), b.irqs.size]).toEqual([FLAG.HTIF, 0]);
  });
  test('on DMA1, whose peripheral port reaches APB1 alone, is a transfer error', () => {
    const b = filled();
    const at = { dma: DMA1, stream: 0 };
    start(b, at, { ...copy, cr: copy.cr | SCR.TEIE });
    b.pass(10_000);
    expect([flags(b, at), enabled(b, at), left(b, at), [...b.irqs]]).toEqual([FLAG.TEIF, false, 4, [11]]);
  });
  test('without its clock does nothing', () => {
    const b = filled();
    start(b, COPY, copy);
    b.write(F4.RCC_AHB1ENR, 0);
    b.pass(10_000);
    b.set(F4.RCC_AHB1ENR, 1 << 22);
    expect([left(b, COPY), flags(b, COPY)]).toEqual([4, 0]);
  });
  test('that hits nothing sets TEIF and ends', () => {
    const b = filled();
    start(b, COPY, { ...copy, memory: 0x3000_0000 });
    b.pass(10_000);
    expect([flags(b, COPY) & (FLAG.TEIF | FLAG.TCIF), enabled(b, COPY)]).toEqual([FLAG.TEIF, false]);
  });
});

describe('the FIFO (9.3.10, 9.3.12)', () => {
  test('packs half-words into words, and NDTR counts what the peripheral port moves', () => {
    const b = filled();
    start(b, COPY, { ...copy, cr: SCR.MEMORY_TO_MEMORY | SCR.PINC | SCR.MINC | P16 | M32 });
    b.pass(10_000);
    expect(words(b, OUT, 2)).toEqual(words(b, RAM, 2));
    expect(left(b, COPY)).toBe(0);
  });
  test('holds what came in until the threshold is reached', () => {
    const b = filled();
    b.write(OUT, 0);
    start(b, COPY, { ...copy, count: 8, fcr: FULL });
    b.until(() => left(b, COPY) === 5, 10_000, 10);
    expect([b.read(OUT), fifoStatus(b, COPY)]).toEqual([0, 3]);
    b.until(() => left(b, COPY) === 4, 10_000, 10);
    expect([words(b, OUT, 4), fifoStatus(b, COPY)]).toEqual([words(b, RAM, 4), 4]);
  });
  test('with the stream disabled goes to memory, and TCIF tells', () => {
    const { b, host } = withUsart2(DMAR);
    b.write(RAM, 0);
    start(b, RX, { ...receive, fcr: HALF_FULL });
    host(0x11, 0x22);
    expect([b.read(RAM), fifoStatus(b, RX), flags(b, RX)]).toEqual([0, 0, FLAG.HTIF]);
    b.write(register(RX, STREAM.CR), receive.cr);
    expect([b.read(RAM), left(b, RX), flags(b, RX)]).toEqual([0x2211, 2, FLAG.HTIF | FLAG.TCIF]);
  });
  test('with a threshold that holds no whole burst is a FIFO error: the stream does not start', () => {
    const b = filled();
    b.write(register(COPY, STREAM.FCR), HALF_FULL | SFCR.FEIE);
    start(b, COPY, { ...copy, cr: copy.cr | MBURST_4 });
    expect([flags(b, COPY), enabled(b, COPY), [...b.irqs]]).toEqual([FLAG.FEIF, false, [56]]);
  });
  test('with whole bursts is none', () => {
    const b = filled();
    start(b, COPY, { ...copy, cr: copy.cr | MBURST_4, fcr: FULL });
    b.pass(10_000);
    expect([words(b, OUT, 4), flags(b, COPY) & FLAG.FEIF]).toEqual([words(b, RAM, 4), 0]);
  });
});

describe('with USART2', () => {
  test('empties it into memory in direct mode, one byte per request', () => {
    const { b, host } = withUsart2(DMAR);
    b.write(RAM, 0);
    start(b, RX, receive);
    host(0x10, 0x20, 0x30);
    expect([b.read(RAM), left(b, RX), b.read(F4.USART2 + USART.SR) & (1 << 5)]).toEqual([0x0030_2010, 1, 0]);
  });
  test('feeds it from memory', () => {
    const { b, sent } = withUsart2(DMAT);
    b.write(RAM, 0x4443_4241);
    start(b, TX, send);
    b.pass(500_000);
    expect([sent(), flags(b, TX), enabled(b, TX)]).toEqual([[0x41, 0x42, 0x43, 0x44], FLAG.TCIF | FLAG.HTIF, false]);
  });
  test('feeds it through the FIFO, fetched as a word', () => {
    const { b, sent } = withUsart2(DMAT);
    b.write(RAM, 0x4443_4241);
    start(b, TX, { ...send, cr: send.cr | M32, fcr: HALF_FULL });
    b.pass(20_000);
    b.write(RAM, 0); // too late: it has been fetched
    b.pass(500_000);
    expect(sent()).toEqual([0x41, 0x42, 0x43, 0x44]);
  });
  test('fetches one item ahead of the request in direct mode', () => {
    const { b, sent } = withUsart2(0);
    b.write(RAM, 0x4443_4241);
    start(b, TX, send);
    b.pass(20_000);
    expect(left(b, TX)).toBe(4);
    b.write(RAM, 0);
    b.write(F4.USART2 + USART.CR3, DMAT);
    b.pass(500_000);
    expect(sent()).toEqual([0x41, 0, 0, 0]);
  });
  test('ignores MSIZE in direct mode: hardware makes it PSIZE', () => {
    const { b } = withUsart2(DMAR);
    start(b, RX, { ...receive, cr: receive.cr | M32 });
    expect(b.read(register(RX, STREAM.CR)) & SCR.MSIZE).toBe(0);
  });
  test('answers on the channel of its table only: RX of stream 5 is channel 4, of stream 7 channel 6', () => {
    const { b, host } = withUsart2(DMAR);
    const other = { dma: DMA1, stream: 7 };
    start(b, RX, { ...receive, cr: (6 << 25) | SCR.MINC });
    start(b, other, { ...receive, cr: (6 << 25) | SCR.MINC });
    host(0x55);
    expect([left(b, RX), left(b, other)]).toEqual([4, 3]);
  });
  test('in circular mode goes on for ever: it overwrites what another program has put there', () => {
    const { b, host } = withUsart2(DMAR);
    start(b, RX, { ...receive, cr: receive.cr | SCR.CIRC, count: 2 });
    host(1, 2);
    b.write(RAM, 0xaaaa_aaaa);
    host(3);
    expect([b.read(RAM), left(b, RX), enabled(b, RX)]).toEqual([0xaaaa_aa03, 1, true]);
  });
  test('with two buffers fills one after the other, and CT names the one in use', () => {
    const { b, host } = withUsart2(DMAR);
    b.write(RAM, 0);
    b.write(OUT, 0);
    start(b, RX, { ...receive, cr: receive.cr | SCR.DBM, count: 2, second: OUT });
    host(1, 2);
    expect([b.read(register(RX, STREAM.CR)) & SCR.CT, flags(b, RX) & FLAG.TCIF]).toEqual([SCR.CT, FLAG.TCIF]);
    host(3, 4, 5);
    expect([b.read(RAM), b.read(OUT)]).toEqual([0x0205, 0x0403]);
  });
  test('with two buffers takes a new address for the idle one; for the one in use it is a transfer error', () => {
    const { b } = withUsart2(DMAR);
    start(b, RX, { ...receive, cr: receive.cr | SCR.DBM, count: 2, second: OUT });
    b.write(register(RX, STREAM.M1AR), OUT + 16);
    expect([b.read(register(RX, STREAM.M1AR)), flags(b, RX)]).toEqual([OUT + 16, 0]);
    b.write(register(RX, STREAM.M0AR), OUT);
    expect([flags(b, RX), enabled(b, RX)]).toEqual([FLAG.TEIF, false]);
  });
  test('does not serve USART1 through DMA1 addresses: its peripheral port reaches APB1 alone', () => {
    const { b } = withUsart2(DMAT);
    start(b, TX, { ...send, peripheral: F4.USART1 + USART.DR });
    b.pass(100_000);
    expect(flags(b, TX)).toBe(FLAG.TEIF);
  });
});

describe('USART1 and USART6 on DMA2 (table 28)', () => {
  test.each([
    ['USART1', F4.USART1, 4, 7, 4],
    ['USART6', 0x4001_1400, 5, 6, 5],
    ['USART6', 0x4001_1400, 5, 7, 5],
  ])('%s sends by its stream', (_name, usart, gate, stream, channel) => {
    const b = clocked();
    b.set(F4.RCC_APB2ENR, 1 << gate);
    b.write(usart + USART.BRR, 139);
    b.write(usart + USART.CR3, DMAT);
    b.write(usart + USART.CR1, 0x2008);
    const at = { dma: DMA2, stream };
    start(b, at, { ...send, cr: (channel << 25) | SCR.MINC | SCR.MEMORY_TO_PERIPHERAL, peripheral: usart + USART.DR });
    b.pass(1_000_000);
    expect([left(b, at), flags(b, at) & FLAG.TCIF]).toEqual([0, FLAG.TCIF]);
  });
});

describe('a stream', () => {
  test('while it is enabled takes no count, addresses or settings', () => {
    const { b } = withUsart2(DMAR);
    start(b, RX, receive);
    for (const offset of [STREAM.NDTR, STREAM.PAR, STREAM.M0AR]) b.write(register(RX, offset), 9);
    b.write(register(RX, STREAM.CR), SCR.EN | SCR.PINC | SCR.TCIE);
    b.write(register(RX, STREAM.FCR), FULL);
    expect([left(b, RX), b.read(register(RX, STREAM.PAR)), b.read(register(RX, STREAM.M0AR))]).toEqual([
      4,
      receive.peripheral,
      RAM,
    ]);
    expect(b.read(register(RX, STREAM.CR))).toBe(receive.cr | SCR.EN | SCR.TCIE);
    expect(b.read(register(RX, STREAM.FCR)) & 7).toBe(1);
  });
  test('that has ended loads its count again when it is enabled', () => {
    const b = filled();
    start(b, COPY, copy);
    b.pass(10_000);
    clear(b, COPY, FLAG.ALL);
    b.write(OUT, 0);
    b.write(register(COPY, STREAM.CR), copy.cr | SCR.EN);
    expect(left(b, COPY)).toBe(4);
    b.pass(10_000);
    expect([b.read(OUT), left(b, COPY)]).toEqual([b.read(RAM), 0]);
  });
  test('half way sets HTIF', () => {
    const b = filled();
    start(b, COPY, { ...copy, cr: copy.cr | SCR.HTIE });
    b.until(() => left(b, COPY) === 2, 10_000, 10);
    expect([flags(b, COPY), b.irqs.has(56)]).toEqual([FLAG.HTIF, true]);
  });
  test('a reset stops everything', () => {
    const b = filled();
    start(b, COPY, copy);
    b.reset('software');
    b.pass(10_000);
    b.set(F4.RCC_AHB1ENR, 1 << 22);
    const state = [STREAM.CR, STREAM.NDTR, STREAM.PAR, STREAM.FCR].map((offset) => b.read(register(COPY, offset)));
    expect([state, flags(b, COPY)]).toEqual([[0, 0, 0, 0x21], 0]);
  });
  test('is stopped by DMA2RST of RCC_AHB1RSTR', () => {
    const b = filled();
    start(b, COPY, copy);
    b.write(0x4002_3810, 1 << 22);
    b.write(0x4002_3810, 0);
    b.pass(10_000);
    expect([left(b, COPY), flags(b, COPY)]).toEqual([0, 0]);
  });
});
