import { describe, expect, test } from '@jest/globals';
import { REG as G0 } from './addresses.ts';
import { REG as F0 } from './addresses-f0.ts';
import { REG as L0 } from './addresses-l0.ts';
import { L4 } from './addresses-l4-f4.ts';
import type { Part } from './part.ts';
import { stm32c011 } from './stm32c011.ts';
import { stm32c071 } from './stm32c071.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { stm32g0b1 } from './stm32g0b1.ts';
import { stm32g070 } from './stm32g070.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l073 } from './stm32l073.ts';
import { stm32l476 } from './stm32l476.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const TIM3 = 0x4000_0400;
const TIM2 = 0x4000_0000;
const TIM = { CR1: 0x00, DIER: 0x0c, SR: 0x10, EGR: 0x14, CNT: 0x24, PSC: 0x28, ARR: 0x2c };
const UDE = 1 << 8;
const RAM = 0x2000_0000;
const CIRC_MINC_WORDS = (1 << 5) | (1 << 7) | (2 << 8) | (2 << 10);

interface Facts {
  readonly part: Part;
  readonly timer: number;
  readonly irq: number;
  readonly timerEnable: readonly [number, number];
  readonly dmaEnable: number;
  /** Channel of DMA1 that the update event serves, and what chooses it. */
  readonly channel: number;
  readonly choose?: readonly [address: number, value: number];
}
const mux = {
  timer: TIM3,
  irq: 16,
  timerEnable: [G0.RCC_APBENR1, 2],
  dmaEnable: G0.RCC_AHBENR,
  channel: 1,
  choose: [0x4002_0800, 37],
} as const;
const f0 = { timer: TIM3, irq: 16, timerEnable: [F0.RCC_APB1ENR, 2], dmaEnable: F0.RCC_AHBENR, channel: 3 } as const;
const l0 = {
  timer: TIM2,
  irq: 15,
  timerEnable: [L0.RCC_APB1ENR, 1],
  dmaEnable: L0.RCC_AHBENR,
  channel: 2,
  choose: [0x4002_00a8, 8 << 4],
} as const;
const parts: readonly (readonly [string, Facts])[] = [
  ['G070', { ...mux, part: stm32g070 }],
  ['G0B1', { ...mux, part: stm32g0b1 }],
  ['C011', { ...mux, part: stm32c011 }],
  ['C071', { ...mux, part: stm32c071 }],
  ['F042', { ...f0, part: stm32f042 }],
  ['F091', { ...f0, part: stm32f091, choose: [0x4002_00a8, 6 << 8] }],
  ['L011', { ...l0, part: stm32l011 }],
  ['L073', { ...l0, part: stm32l073 }],
  [
    'L476',
    {
      part: stm32l476,
      timer: TIM3,
      irq: 29,
      timerEnable: [L4.RCC_APB1ENR1, 2],
      dmaEnable: L4.RCC_AHB1ENR,
      channel: 3,
      choose: [0x4002_00a8, 5 << 8],
    },
  ],
];

/** Counts 100 periods of the timer's clock for each update event. */
function counting(facts: Facts): TestBench {
  const b = createBenchOf(facts.part);
  b.set(...facts.timerEnable);
  b.write(facts.timer + TIM.ARR, 99);
  b.write(facts.timer + TIM.CR1, 1);
  return b;
}
const roundNs = (b: TestBench): number => (100 * 1e9) / b.part.hclkHz();

describe.each(parts)('the update event of %s', (_name, facts) => {
  test('comes after ARR + 1 periods, sets UIF, and interrupts when UIE is set', () => {
    const b = counting(facts);
    b.pass(0.5 * roundNs(b));
    expect([b.read(facts.timer + TIM.CNT), b.read(facts.timer + TIM.SR)]).toEqual([50, 0]);
    b.pass(0.6 * roundNs(b));
    expect([b.read(facts.timer + TIM.SR), [...b.irqs]]).toEqual([1, []]);
    b.write(facts.timer + TIM.DIER, 1);
    expect([...b.irqs]).toEqual([facts.irq]);
    b.write(facts.timer + TIM.SR, 0);
    expect([...b.irqs]).toEqual([]);
  });
  test('asks DMA for one transfer each time', () => {
    const b = counting(facts);
    b.set(facts.dmaEnable, 1);
    if (facts.choose !== undefined) b.write(...facts.choose);
    const register = 0x4002_0008 + 20 * (facts.channel - 1);
    b.write(register + 4, 8);
    b.write(register + 8, facts.timer + TIM.ARR);
    b.write(register + 12, RAM);
    b.write(register, CIRC_MINC_WORDS | 1);
    b.pass(2.5 * roundNs(b));
    expect(b.read(register + 4)).toBe(8); // UDE is not set
    b.write(RAM + 12, 0);
    b.write(facts.timer + TIM.DIER, UDE);
    b.pass(3 * roundNs(b));
    expect([b.read(register + 4), b.read(RAM), b.read(RAM + 12)]).toEqual([5, 99, 0]);
    b.pass(8 * roundNs(b));
    expect(b.read(register + 4)).toBe(5); // round and round
  });
});

describe('the timer', () => {
  const facts: Facts = { ...mux, part: stm32g070 };
  test('stands still without its clock', () => {
    const b = counting(facts);
    b.write(facts.timerEnable[0], 0);
    b.pass(5 * roundNs(b));
    b.set(...facts.timerEnable);
    expect(b.read(facts.timer + TIM.SR) & 1).toBe(0);
  });
  test('counts slower by PSC + 1', () => {
    const b = counting(facts);
    b.write(facts.timer + TIM.PSC, 9);
    b.pass(5 * roundNs(b));
    expect(b.read(facts.timer + TIM.CNT)).toBe(50);
  });
  test('with OPM stops at the update event', () => {
    const b = counting(facts);
    b.write(facts.timer + TIM.CR1, 9);
    b.pass(5 * roundNs(b));
    expect([b.read(facts.timer + TIM.CR1), b.read(facts.timer + TIM.CNT)]).toEqual([8, 0]);
  });
  test('is stopped by its reset bit', () => {
    const b = counting(facts);
    b.write(G0.RCC_APBRSTR1, 2);
    b.write(G0.RCC_APBRSTR1, 0);
    expect([b.read(facts.timer + TIM.CR1), b.read(facts.timer + TIM.ARR)]).toEqual([0, 0xffff]);
  });
});
