import { describe, expect, test } from '@jest/globals';
import {
  AIRCR,
  BRANCH_SELF,
  BX_LR,
  createTestBench,
  handlerOf,
  ICSR,
  irq,
  NOP,
  NVIC_IPR0,
  NVIC_ISER,
  NVIC_ISPR,
  RAM,
  RESET,
  SCR,
  STACK,
  SVC,
  VTOR,
} from '../test-bench.ts';

const SV_CALL = 11;
const PEND_SV = 14;
const PRIGROUP = (group: number): number => 0x05fa_0000 | (group << 8);

function benchWith(
  code: readonly number[],
  options: { readonly irqLines?: number; readonly priorityBits?: number } = {},
) {
  const bench = createTestBench({ processor: 'cortex-m4', ...options });
  bench.put(RESET, ...code, BRANCH_SELF);
  return bench;
}

function pend(bench: ReturnType<typeof benchWith>, ...lines: readonly number[]): void {
  const bits = lines.reduce((sum, line) => sum | (1 << line), 0) >>> 0;
  bench.core.debugWrite(NVIC_ISER, bits, 4);
  bench.core.debugWrite(NVIC_ISPR, bits, 4);
}

const boundaries = (bench: ReturnType<typeof benchWith>, count: number): void => {
  for (let i = 0; i < count; i++) bench.core.run(bench.core.cycles + 1);
};

describe('priorities (ARMv7-M B1.5.4)', () => {
  test.each([
    [4, 0xff, 0xf0],
    [3, 0xff, 0xe0],
    [8, 0xff, 0xff],
  ])('%i bits are implemented', (priorityBits, written, read) => {
    const bench = benchWith([], { priorityBits });
    bench.core.debugWrite(NVIC_IPR0 + 1, written, 1);
    bench.core.debugWrite(0xe000_ed1f, written, 1);
    expect([bench.word(NVIC_IPR0), bench.word(0xe000_ed1c)]).toEqual([read << 8, (read << 24) >>> 0]);
  });

  test.each([
    ['the same group: no preemption', 5, 0x40, 0x50, irq(0)],
    ['another group: preemption', 4, 0x40, 0x60, irq(1)],
    ['no subpriority bits: preemption', 0, 0x40, 0x50, irq(1)],
  ])('PRIGROUP: %s', (_name, group, urgent, running, expected) => {
    const bench = benchWith([]);
    bench.core.debugWrite(AIRCR, PRIGROUP(group), 4);
    bench.core.debugWrite(NVIC_IPR0, running | (urgent << 8), 4);
    pend(bench, 0);
    bench.runTo(handlerOf(irq(0)));
    pend(bench, 1);
    boundaries(bench, 3);
    expect(bench.ipsr()).toBe(expected);
    expect(bench.word(AIRCR)).toBe((0xfa05_0000 | (group << 8)) >>> 0);
  });

  test('within a group the subpriority chooses among what is pending', () => {
    const bench = benchWith([]);
    bench.core.debugWrite(AIRCR, PRIGROUP(7), 4);
    bench.core.debugWrite(NVIC_IPR0, 0x5060, 4);
    pend(bench, 0, 1);
    boundaries(bench, 2);
    expect(bench.ipsr()).toBe(irq(1));
  });

  test.each([
    ['masks its own priority and lower ones', 0x40, 0x40, 0],
    ['lets a higher one through', 0x40, 0x30, irq(0)],
    ['masks nothing with 0', 0, 0xf0, irq(0)],
  ])('BASEPRI %s', (_name, basepri, priority, expected) => {
    const bench = benchWith([0xf380, 0x8811]);
    bench.setRegister(0, basepri);
    boundaries(bench, 1);
    bench.core.debugWrite(NVIC_IPR0, priority, 4);
    pend(bench, 0);
    boundaries(bench, 4);
    expect(bench.ipsr()).toBe(expected);
  });

  test('FAULTMASK masks all but NMI, and ends with the return from an exception that is not NMI', () => {
    const bench = benchWith([SVC, BRANCH_SELF]);
    bench.put(handlerOf(SV_CALL), 0xb671, NOP, BX_LR); // CPSID f
    bench.core.debugWrite(0xe000_ed1c, 0x8000_0000, 4); // SVCall below the interrupt
    bench.runTo(handlerOf(SV_CALL) + 2);
    pend(bench, 0);
    boundaries(bench, 1);
    expect([bench.ipsr(), bench.register(20)]).toEqual([SV_CALL, 0x0001_0000]);
    bench.put(handlerOf(2), BX_LR);
    bench.core.debugWrite(ICSR, 0x8000_0000, 4);
    bench.runTo(handlerOf(2));
    expect(bench.ipsr()).toBe(2);
    boundaries(bench, 1);
    expect(bench.register(20)).toBe(0x0001_0000);
    bench.runTo(handlerOf(irq(0)));
    expect([bench.ipsr(), bench.register(20)]).toEqual([irq(0), 0]);
  });
});

describe('interrupts', () => {
  test('112 lines, ICTR, IABR and STIR (B3.4)', () => {
    const bench = benchWith([], { irqLines: 112 });
    bench.flash.words[16 + 97] = handlerOf(20) | 1;
    expect(bench.word(0xe000_e004)).toBe(3);
    bench.core.debugWrite(NVIC_ISER + 12, 2, 4);
    bench.core.debugWrite(0xe000_ef00, 97, 4);
    expect(bench.word(NVIC_ISPR + 12)).toBe(2);
    bench.runTo(handlerOf(20));
    expect([bench.word(ICSR) & 0x1ff, bench.word(0xe000_e30c)]).toEqual([16 + 97, 2]);
  });

  test('unprivileged STIR needs CCR.USERSETMPEND (B3.4.3)', () => {
    for (const [ccr, pending] of [
      [0x200, 0],
      [0x202, 1],
    ] as const) {
      const bench = benchWith([0x6008]); // STR r0, [r1]
      bench.core.debugWrite(0xe000_ed14, ccr, 4);
      bench.setRegister(0, 0);
      bench.setRegister(1, 0xe000_ef00);
      bench.setRegister(20, 0x0100_0000);
      boundaries(bench, 2);
      expect(bench.word(NVIC_ISPR)).toBe(pending);
    }
  });

  test('VTOR is aligned to the table (B1.5.3)', () => {
    for (const [irqLines, vtor] of [
      [16, 0x3fff_ff80],
      [82, 0x3fff_fe00],
    ] as const) {
      const bench = benchWith([], { irqLines });
      bench.core.debugWrite(VTOR, 0xffff_ffff, 4);
      expect(bench.word(VTOR)).toBe(vtor);
    }
  });

  test('tail-chaining stacks no second frame; ICSR.RETTOBASE tells the last one (B1.5.12)', () => {
    const bench = benchWith([]);
    bench.put(handlerOf(irq(0)), BX_LR);
    pend(bench, 0, 1);
    bench.runTo(handlerOf(irq(1)));
    expect([bench.register(13), bench.register(14), bench.word(ICSR) & 0x800]).toEqual([
      STACK - 32,
      0xffff_fff9,
      0x800,
    ]);
  });

  test('late arrival: the more urgent one is entered on the frame of the other, which follows (B1.5.13)', () => {
    const bench = benchWith([NOP, NOP]);
    bench.core.debugWrite(NVIC_IPR0, 0x0040, 4);
    pend(bench, 0);
    bench.core.run(bench.core.cycles + 1);
    pend(bench, 1);
    bench.put(handlerOf(irq(1)), BX_LR);
    boundaries(bench, 1);
    bench.runTo(handlerOf(irq(1)));
    expect([bench.ipsr(), bench.register(13)]).toEqual([irq(1), STACK - 32]);
    bench.runTo(handlerOf(irq(0)));
    expect(bench.register(13)).toBe(STACK - 32);
  });

  test('STKALIGN clear: the frame keeps the stack as it is (B1.5.7)', () => {
    for (const [ccr, frame] of [
      [0, STACK - 4 - 32],
      [0x200, STACK - 8 - 32],
    ] as const) {
      const bench = benchWith([SVC]);
      bench.core.debugWrite(0xe000_ed14, ccr, 4);
      bench.setRegister(13, STACK - 4);
      bench.runTo(handlerOf(SV_CALL));
      expect(bench.register(13)).toBe(frame);
    }
  });

  test('SLEEPONEXIT sleeps on the return to the base level only', () => {
    const bench = benchWith([]);
    bench.core.debugWrite(SCR, 2, 4);
    bench.core.debugWrite(NVIC_IPR0, 0x0040, 4);
    bench.put(handlerOf(irq(0)), NOP, BX_LR);
    bench.put(handlerOf(irq(1)), BX_LR);
    pend(bench, 0);
    bench.runTo(handlerOf(irq(0)));
    pend(bench, 1);
    bench.runTo(handlerOf(irq(1)));
    boundaries(bench, 2);
    expect([bench.core.sleeping, bench.ipsr()]).toEqual([false, irq(0)]);
    boundaries(bench, 4);
    expect(bench.core.sleeping).toBe(true);
  });
});

describe('state that an exception saves', () => {
  // ITTTE EQ; ADD r0, #1; SVC; ADD r0, #1; ADD r0, #16; then NOP
  const BLOCK = [0xbf03, 0x3001, SVC, 0x3001, 0x3010, NOP];

  test.each([
    ['EQ', 0x4100_0000, 2],
    ['NE', 0x0100_0000, 16],
  ])('an IT block goes on behind an SVC in its middle: %s', (_name, psr, sum) => {
    const bench = benchWith(BLOCK);
    bench.put(handlerOf(SV_CALL), 0x2800, 0xbf18, BX_LR, BX_LR); // CMP r0, #0; IT NE; BXNE lr; BX lr: flags and ITSTATE of its own
    bench.setRegister(0, 0);
    bench.setRegister(16, psr);
    bench.runTo(RESET + 12);
    expect([bench.core.pc, bench.register(0)]).toEqual([RESET + 12, sum]);
  });

  test('ITSTATE, Q and GE are in the stacked xPSR and 0 (ITSTATE) in the handler', () => {
    const bench = benchWith(BLOCK);
    bench.setRegister(16, 0x490a_0000);
    bench.runTo(handlerOf(SV_CALL));
    // Behind the SVC: EQ, the mask 0011 shifted twice.
    expect(bench.word(STACK - 4)).toBe(0x490a_0000 | (0x0c << 8));
    expect(bench.register(16) & 0x0600_fc00).toBe(0);
  });

  test('an interrupt between two instructions of an IT block', () => {
    const bench = benchWith([0xbf03, 0x3001, 0x3001, 0x3001, 0x3010, NOP]);
    bench.put(handlerOf(irq(0)), BX_LR);
    bench.setRegister(0, 0);
    bench.setRegister(16, 0x4100_0000);
    boundaries(bench, 2);
    pend(bench, 0);
    bench.runTo(handlerOf(irq(0)));
    expect((bench.word(STACK - 4) & 0x0600_fc00) !== 0).toBe(true);
    bench.runTo(RESET + 12);
    expect(bench.register(0)).toBe(3);
  });

  test('a fault inside an IT block starts its instruction over (ITSTATE not advanced)', () => {
    const bench = benchWith([0xbf08, 0x6808, NOP]); // IT EQ; LDR r0, [r1]
    bench.setRegister(1, 0x3000_0000);
    bench.setRegister(16, 0x4100_0000);
    bench.runTo(handlerOf(3));
    expect([bench.word(STACK - 8), bench.word(STACK - 4) & 0x0600_fc00]).toEqual([RESET + 2, 0x800]);
  });

  test('an exception closes the exclusive monitor (A3.4.4)', () => {
    const bench = benchWith([0xe851, 0x0f00, SVC, 0xe841, 0x2300]);
    bench.put(handlerOf(SV_CALL), BX_LR);
    bench.setRegister(1, RAM + 0x100);
    bench.runTo(RESET + 10);
    expect(bench.register(3)).toBe(1);
  });

  test('PendSV set by the program waits for what is more urgent', () => {
    const bench = benchWith([0x6008]); // STR r0, [r1]
    bench.core.debugWrite(0xe000_ed20, 0x00f0_0000, 4);
    bench.put(handlerOf(irq(0)), BX_LR);
    bench.setRegister(0, 0x1000_0000);
    bench.setRegister(1, ICSR);
    pend(bench, 0);
    bench.runTo(handlerOf(PEND_SV));
    expect(bench.ipsr()).toBe(PEND_SV);
  });
});
