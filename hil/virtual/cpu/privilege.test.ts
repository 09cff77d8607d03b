import { describe, expect, test } from '@jest/globals';
import {
  BRANCH_SELF,
  CPSID,
  createTestBench,
  handlerOf,
  NVIC_ISER,
  RAM,
  RESET,
  STACK,
  SVC,
  type TestBench,
} from './test-bench.ts';

const MPU_CTRL = 0xe000_ed94;
const MPU_RBAR = 0xe000_ed9c;
const MPU_RASR = 0xe000_eda0;
const HARD_FAULT = 3;

function unprivileged(bench: TestBench): void {
  bench.setRegister(20, 0x0100_0000);
}

describe('unprivileged thread mode (ARMv6-M B1.3, B3.1)', () => {
  test.each([
    ['read', 0x6801],
    ['write', 0x6001],
  ])('a %s of the private peripheral bus faults', (_name, opcode) => {
    const bench = createTestBench();
    bench.put(RESET, opcode);
    bench.setRegister(0, NVIC_ISER);
    unprivileged(bench);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.ipsr()).toBe(HARD_FAULT);
    expect(bench.word(bench.register(13) + 24)).toBe(RESET);
  });

  test('CPS and MSR to PRIMASK, CONTROL and MSP are ignored', () => {
    const bench = createTestBench();
    // CPSID i; MSR PRIMASK, r1; MSR CONTROL, r2; MSR MSP, r2
    bench.put(RESET, CPSID, 0xf381, 0x8810, 0xf382, 0x8814, 0xf382, 0x8808, BRANCH_SELF);
    bench.setRegister(1, 1);
    bench.setRegister(2, 0);
    unprivileged(bench);
    bench.runTo(RESET + 14);
    expect(bench.register(20)).toBe(0x0100_0000);
    expect(bench.register(17)).toBe(STACK);
  });

  test('MRS reads zero for MSP, and CONTROL as it is', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xf3ef, 0x8008, 0xf3ef, 0x8114, BRANCH_SELF); // MRS r0, MSP; MRS r1, CONTROL
    unprivileged(bench);
    bench.runTo(RESET + 8);
    expect([bench.register(0), bench.register(1)]).toEqual([0, 1]);
  });

  test('a handler is privileged all the same', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.put(handlerOf(11), 0x6001, BRANCH_SELF);
    bench.setRegister(0, NVIC_ISER);
    bench.setRegister(1, 4);
    unprivileged(bench);
    bench.runTo(handlerOf(11) + 2);
    expect(bench.word(NVIC_ISER)).toBe(4);
  });

  test('SPSEL is not writable in handler mode (B1.4)', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.put(handlerOf(11), 0xf381, 0x8814, BRANCH_SELF);
    bench.setRegister(1, 2);
    bench.runTo(handlerOf(11) + 4);
    expect(bench.register(20)).toBe(0);
  });
});

describe('MPU (ARMv6-M B3.5)', () => {
  const SIZE_256 = (7 << 1) | 1;
  const XN = 0x1000_0000;
  const FULL = 3 << 24;
  const PRIVILEGED_ONLY = 1 << 24;

  function protect(bench: TestBench, base: number, attributes: number): void {
    bench.core.debugWrite(MPU_RBAR, base | 0x10, 4);
    bench.core.debugWrite(MPU_RASR, attributes, 4);
    bench.core.debugWrite(MPU_CTRL, 5, 4); // ENABLE, PRIVDEFENA
  }

  test('has eight regions', () => {
    expect(createTestBench().word(0xe000_ed90)).toBe(0x800);
    expect(createTestBench({ mpuRegions: 0 }).word(0xe000_ed90)).toBe(0);
  });

  test('a region without access stops a load, outside it the default map serves', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6808, 0x6801, BRANCH_SELF); // LDR r0, [r1]; LDR r1, [r0]
    bench.setWord(RAM + 0x200, RAM + 0x100);
    bench.setRegister(1, RAM + 0x200);
    protect(bench, RAM + 0x100, SIZE_256);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.word(bench.register(13) + 24)).toBe(RESET + 2);
  });

  test('a disabled subregion falls through to the default map', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6808, BRANCH_SELF);
    bench.setRegister(1, RAM + 0x100);
    protect(bench, RAM + 0x100, SIZE_256 | (1 << 8));
    bench.runTo(RESET + 2);
    expect(bench.ipsr()).toBe(0);
  });

  test('execute never stops the fetch, and HardFault runs without HFNMIENA', () => {
    const bench = createTestBench();
    protect(bench, RESET, SIZE_256 | FULL | XN);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.ipsr()).toBe(HARD_FAULT);
    expect(bench.word(bench.register(13) + 24)).toBe(RESET);
  });

  test('a privileged-only region faults for unprivileged code alone', () => {
    for (const [control, expected] of [
      [0, 0],
      [0x0100_0000, HARD_FAULT],
    ] as const) {
      const bench = createTestBench();
      bench.put(RESET, 0x6808, BRANCH_SELF);
      bench.setRegister(1, RAM + 0x100);
      protect(bench, RESET & ~0xffff, (15 << 1) | 1 | FULL); // flash for everyone
      bench.core.debugWrite(MPU_RBAR, RAM | 0x11, 4);
      bench.core.debugWrite(MPU_RASR, (13 << 1) | 1 | PRIVILEGED_ONLY, 4);
      bench.setRegister(20, control);
      bench.core.run(bench.core.cycles + 40);
      expect(bench.core.lockup ? HARD_FAULT : bench.ipsr()).toBe(expected);
    }
  });
});
