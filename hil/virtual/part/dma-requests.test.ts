import { describe, expect, test } from '@jest/globals';
import type { LineFrame } from '../board-types.ts';
import { REG as F0 } from './addresses-f0.ts';
import { REG as L0 } from './addresses-l0.ts';
import { L4 } from './addresses-l4-f4.ts';
import type { Part } from './part.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l031 } from './stm32l031.ts';
import { stm32l073 } from './stm32l073.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, hostFrame, type TestBench } from './test-bench.ts';

const USART2 = 0x4000_4400;
const USART = { CR1: 0, CR3: 8, BRR: 0x0c, ISR: 0x1c, RDR: 0x24, TDR: 0x28 };
const DMAR = 1 << 6;
const DMAT = 1 << 7;
const BAUD = 9600;
const BYTE_NS = 1.2e9 / (BAUD / 10);
const RAM = 0x2000_0000;
const CCR = { EN: 1, TCIE: 2, DIR: 1 << 4, PINC: 1 << 6, MINC: 1 << 7, P32: 2 << 8, M32: 2 << 10, MEM2MEM: 1 << 14 };
const TC = 2;

interface Line {
  readonly dma: 1 | 2;
  readonly channel: number;
  /** Value of the CSELR field; undefined: there is no choice. */
  readonly select?: number;
}
interface Facts {
  readonly part: Part;
  readonly gpio: number;
  readonly gpioEnable: readonly [number, number];
  readonly dmaEnable: number;
  readonly usartEnable: number;
  readonly alternate: number;
  /** Channels of DMA1 and DMA2. */
  readonly channels: readonly [number, number];
  /** Interrupt of the last channel of DMA1. */
  readonly lastIrq: number;
  /** Where the requests of USART2 go. */
  readonly rx: readonly Line[];
  readonly tx: readonly Line[];
}

const l0 = {
  gpio: L0.GPIOA,
  gpioEnable: [L0.RCC_IOPENR, 1],
  dmaEnable: L0.RCC_AHBENR,
  usartEnable: L0.RCC_APB1ENR,
  alternate: 4,
  channels: [7, 0],
  lastIrq: 11,
  rx: [
    { dma: 1, channel: 5, select: 4 },
    { dma: 1, channel: 6, select: 4 },
  ],
  tx: [
    { dma: 1, channel: 4, select: 4 },
    { dma: 1, channel: 7, select: 4 },
  ],
} as const;
const f0 = {
  gpio: F0.GPIOA,
  gpioEnable: [F0.RCC_AHBENR, 1 << 17],
  dmaEnable: F0.RCC_AHBENR,
  usartEnable: F0.RCC_APB1ENR,
  alternate: 1,
  lastIrq: 11,
} as const;

/** RX on channels 1, 3, 5, 6 of DMA1 and 2, 3 of DMA2, TX on the others. */
const f091Lines = (dma1: readonly number[], dma2: readonly number[]): readonly Line[] => [
  ...dma1.map((channel) => ({ dma: 1, channel, select: 9 }) as const),
  ...dma2.map((channel) => ({ dma: 2, channel, select: 9 }) as const),
];

const parts: readonly (readonly [string, Facts])[] = [
  ['L011', { ...l0, part: stm32l011, channels: [5, 0], rx: l0.rx.slice(0, 1), tx: l0.tx.slice(0, 1) }],
  ['L031', { ...l0, part: stm32l031 }],
  ['L073', { ...l0, part: stm32l073 }],
  ['F042', { ...f0, part: stm32f042, channels: [5, 0], rx: [{ dma: 1, channel: 5 }], tx: [{ dma: 1, channel: 4 }] }],
  [
    'F091',
    {
      ...f0,
      part: stm32f091,
      channels: [7, 5],
      rx: f091Lines([1, 3, 5, 6], [2, 3]),
      tx: f091Lines([2, 4, 7], [1, 4, 5]),
    },
  ],
  [
    'L476',
    {
      part: stm32l476,
      gpio: L4.GPIOA,
      gpioEnable: [L4.RCC_AHB2ENR, 1],
      dmaEnable: L4.RCC_AHB1ENR,
      usartEnable: L4.RCC_APB1ENR1,
      alternate: 7,
      channels: [7, 7],
      lastIrq: 17,
      rx: [{ dma: 1, channel: 6, select: 2 }],
      tx: [{ dma: 1, channel: 7, select: 2 }],
    },
  ],
];

const base = (dma: 1 | 2): number => (dma === 1 ? 0x4002_0000 : 0x4002_0400);
const register = ({ dma, channel }: Line, offset: number): number => base(dma) + 8 + 20 * (channel - 1) + offset;
const left = (b: TestBench, line: Line): number => b.read(register(line, 4));
const flags = (b: TestBench, { dma, channel }: Line): number => (b.read(base(dma)) >>> (4 * (channel - 1))) & 14;

interface Setup {
  readonly ccr: number;
  readonly count: number;
  readonly peripheral: number;
  readonly memory: number;
}
function start(b: TestBench, line: Line, setup: Setup): void {
  if (line.select !== undefined) b.write(base(line.dma) + 0xa8, line.select << (4 * (line.channel - 1)));
  b.write(register(line, 4), setup.count);
  b.write(register(line, 8), setup.peripheral);
  b.write(register(line, 12), setup.memory);
  b.write(register(line, 0), setup.ccr | CCR.EN);
}
function clocked(facts: Facts): TestBench {
  const b = createBenchOf(facts.part);
  b.set(facts.dmaEnable, facts.channels[1] > 0 ? 3 : 1);
  return b;
}
/** USART2 on PA2 and PA3 at 9600 baud with its DMA requests. */
function withUsart2(facts: Facts, cr3: number): TestBench {
  const b = clocked(facts);
  b.set(...facts.gpioEnable);
  b.set(facts.usartEnable, 1 << 17);
  b.part.net('PA3').setState('idle');
  b.write(facts.gpio, ((b.read(facts.gpio) & ~0xf0) | 0xa0) >>> 0);
  b.write(facts.gpio + 0x20, facts.alternate * 0x1100);
  b.write(USART2 + USART.BRR, Math.round(b.part.hclkHz() / BAUD));
  b.write(USART2 + USART.CR3, cr3);
  b.write(USART2 + USART.CR1, 0xd);
  b.pass(2 * BYTE_NS);
  return b;
}
function host(b: TestBench, byte: number): void {
  b.part.net('PA3').drive(hostFrame(byte, BAUD, b.now()));
  b.pass(BYTE_NS);
}
const receive: Setup = { ccr: CCR.MINC, count: 4, peripheral: USART2 + USART.RDR, memory: RAM };
const send: Setup = { ccr: CCR.DIR | CCR.MINC, count: 3, peripheral: USART2 + USART.TDR, memory: RAM };
const copy: Setup = {
  ccr: CCR.MEM2MEM | CCR.PINC | CCR.MINC | CCR.P32 | CCR.M32,
  count: 2,
  peripheral: RAM,
  memory: RAM + 0x100,
};

describe.each(parts)('DMA of %s', (_name, facts) => {
  const last: Line = { dma: 1, channel: facts.channels[0] };

  test('copies memory with the last channel of DMA1, with TC and its interrupt', () => {
    const b = clocked(facts);
    b.write(RAM, 0x1234_5678);
    b.write(RAM + 4, 0x9abc_def0);
    start(b, last, { ...copy, ccr: copy.ccr | CCR.TCIE });
    b.pass(100_000);
    expect([b.read(RAM + 0x100), b.read(RAM + 0x104)]).toEqual([0x1234_5678, 0x9abc_def0]);
    expect([left(b, last), flags(b, last) & TC, [...b.irqs]]).toEqual([0, TC, [facts.lastIrq]]);
  });
  test('has no channel beyond', () => {
    const b = clocked(facts);
    const dma = facts.channels[1] > 0 ? 2 : 1;
    const beyond: Line = { dma, channel: facts.channels[dma - 1]! + 1 };
    b.write(register(beyond, 4), 5);
    expect(left(b, beyond)).toBe(0);
  });
  test('does nothing without its clock', () => {
    const b = createBenchOf(facts.part);
    start(b, last, copy);
    b.set(facts.dmaEnable, 1);
    expect(left(b, last)).toBe(0);
  });
  test('empties USART2 through each of its channels', () => {
    for (const line of facts.rx) {
      const b = withUsart2(facts, DMAR);
      b.write(RAM, 0);
      start(b, line, receive);
      for (const byte of [0x10, 0x20, 0x30]) host(b, byte);
      expect([line, b.read(RAM), left(b, line), b.read(USART2 + USART.ISR) & (1 << 5)]).toEqual([
        line,
        0x0030_2010,
        1,
        0,
      ]);
    }
  });
  test('feeds USART2 through each of its channels', () => {
    for (const line of facts.tx) {
      const b = withUsart2(facts, DMAT);
      const sent: LineFrame[] = [];
      b.part.net('PA2').onTransmit((frame) => sent.push(frame));
      b.write(RAM, 0x0043_4241);
      start(b, line, send);
      b.pass(4 * BYTE_NS);
      const bytes = sent.map(({ levels }) => levels.slice(1, 9).reduce<number>((sum, bit, i) => sum | (bit << i), 0));
      expect([line, bytes, left(b, line)]).toEqual([line, [0x41, 0x42, 0x43], 0]);
    }
  });
  test('leaves a channel of the other direction waiting', () => {
    const b = withUsart2(facts, DMAT);
    const [line] = facts.rx;
    start(b, line!, send);
    b.pass(4 * BYTE_NS);
    expect(left(b, line!)).toBe(3);
  });
});

describe.each(parts.filter(([, { rx }]) => rx[0]!.select !== undefined))('CSELR of %s', (_name, facts) => {
  const [line] = facts.tx;
  test('with another request leaves the channel waiting until it chooses USART2', () => {
    const b = withUsart2(facts, DMAT);
    start(b, { ...line!, select: 1 }, send);
    b.pass(4 * BYTE_NS);
    expect(left(b, line!)).toBe(3);
    b.write(base(line!.dma) + 0xa8, line!.select! << (4 * (line!.channel - 1)));
    b.pass(4 * BYTE_NS);
    expect(left(b, line!)).toBe(0);
  });
});

describe('USART1 of F042', () => {
  const [, facts] = parts.find(([name]) => name === 'F042')!;
  /** Enabled with a request for each item to send; nobody listens. */
  function sending(): TestBench {
    const b = clocked(facts);
    b.set(F0.RCC_APB2ENR, (1 << 14) | 1);
    b.write(0x4001_3800 + USART.BRR, 833);
    b.write(0x4001_3800 + USART.CR3, DMAT);
    b.write(0x4001_3800 + USART.CR1, 0x9);
    return b;
  }
  const toUsart1: Setup = { ...send, peripheral: 0x4001_3800 + USART.TDR };
  test('sends by channel 2, not 4', () => {
    const b = sending();
    for (const channel of [2, 4]) start(b, { dma: 1, channel }, toUsart1);
    b.pass(5 * BYTE_NS);
    expect([2, 4].map((channel) => left(b, { dma: 1, channel }))).toEqual([0, 3]);
  });
  test('with USART1_TX_DMA_RMP sends by channel 4, at once when the bit is set', () => {
    const b = sending();
    start(b, { dma: 1, channel: 4 }, toUsart1);
    b.set(F0.SYSCFG_CFGR1, 1 << 9);
    start(b, { dma: 1, channel: 2 }, toUsart1);
    b.pass(5 * BYTE_NS);
    expect([2, 4].map((channel) => left(b, { dma: 1, channel }))).toEqual([3, 0]);
  });
  test('receives by channel 5 with USART1_RX_DMA_RMP, by 3 without', () => {
    const results = [0, 1 << 10].map((remap) => {
      const b = clocked(facts);
      b.set(F0.RCC_AHBENR, 1 << 17);
      b.set(F0.RCC_APB2ENR, (1 << 14) | 1);
      b.set(F0.SYSCFG_CFGR1, remap);
      b.part.net('PA10').setState('idle');
      b.write(F0.GPIOA, ((b.read(F0.GPIOA) & ~0x0030_0000) | 0x0020_0000) >>> 0);
      b.write(F0.GPIOA + 0x24, 0x0000_0100);
      b.write(0x4001_3800 + USART.BRR, 833);
      b.write(0x4001_3800 + USART.CR3, DMAR);
      b.write(0x4001_3800 + USART.CR1, 0x5);
      b.pass(2 * BYTE_NS);
      for (const channel of [3, 5]) {
        start(b, { dma: 1, channel }, { ...receive, peripheral: 0x4001_3800 + USART.RDR });
      }
      b.part.net('PA10').drive(hostFrame(0x42, BAUD, b.now()));
      b.pass(BYTE_NS);
      return [3, 5].map((channel) => left(b, { dma: 1, channel }));
    });
    expect(results).toEqual([
      [3, 4],
      [4, 3],
    ]);
  });
});

/** Other USARTs: enable register and bit, and a channel for what they send. */
test.each([
  ['USART1', 'L073', 0x4001_3800, L0.RCC_APB2ENR, 14, { dma: 1, channel: 2, select: 3 }],
  ['USART4', 'L073', 0x4000_4c00, L0.RCC_APB1ENR, 19, { dma: 1, channel: 3, select: 12 }],
  ['USART5', 'L073', 0x4000_5000, L0.RCC_APB1ENR, 20, { dma: 1, channel: 7, select: 13 }],
  ['USART3', 'F091', 0x4000_4800, F0.RCC_APB1ENR, 18, { dma: 1, channel: 4, select: 10 }],
  ['USART8', 'F091', 0x4001_1c00, F0.RCC_APB2ENR, 7, { dma: 2, channel: 5, select: 15 }],
  ['USART1', 'L476', L4.USART1, L4.RCC_APB2ENR, 14, { dma: 1, channel: 4, select: 2 }],
  ['USART1', 'L476', L4.USART1, L4.RCC_APB2ENR, 14, { dma: 2, channel: 6, select: 2 }],
  ['USART3', 'L476', 0x4000_4800, L4.RCC_APB1ENR1, 18, { dma: 1, channel: 2, select: 2 }],
  ['UART4', 'L476', 0x4000_4c00, L4.RCC_APB1ENR1, 19, { dma: 2, channel: 3, select: 2 }],
  ['UART5', 'L476', 0x4000_5000, L4.RCC_APB1ENR1, 20, { dma: 2, channel: 1, select: 2 }],
] as const)('%s of %s is fed by its channels (%#)', (_usart, name, usart, enable, bit, line) => {
  const [, facts] = parts.find(([part]) => part === name)!;
  const b = clocked(facts);
  b.set(enable, 1 << bit);
  b.write(usart + USART.BRR, Math.round(b.part.hclkHz() / BAUD));
  b.write(usart + USART.CR3, DMAT);
  b.write(usart + USART.CR1, 0x9);
  start(b, line, { ...send, peripheral: usart + USART.TDR });
  b.pass(5 * BYTE_NS);
  expect([left(b, line), flags(b, line) & TC]).toEqual([0, TC]);
});

test('USART1 of L476 has the interrupt of DMA2 channel 6', () => {
  const [, facts] = parts.find(([name]) => name === 'L476')!;
  const b = clocked(facts);
  b.set(L4.RCC_APB2ENR, 1 << 14);
  b.write(L4.USART1 + USART.BRR, 417);
  b.write(L4.USART1 + USART.CR3, DMAT);
  b.write(L4.USART1 + USART.CR1, 0x9);
  const line: Line = { dma: 2, channel: 6, select: 2 };
  start(b, line, { ...send, ccr: send.ccr | CCR.TCIE, peripheral: L4.USART1 + USART.TDR });
  b.pass(5 * BYTE_NS);
  expect([left(b, line), [...b.irqs]]).toEqual([0, [68]]);
});
