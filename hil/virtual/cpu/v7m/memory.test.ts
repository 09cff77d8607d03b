import { describe, expect, test } from '@jest/globals';
import { BRANCH_SELF, createTestBench, FLASH, handlerOf, RAM, RESET, STACK, SVC } from '../test-bench.ts';

const HARD_FAULT = 3;
const MEM_MANAGE = 4;
const BUS_FAULT = 5;
const SHCSR = 0xe000_ed24;
const CFSR = 0xe000_ed28;
const MMFAR = 0xe000_ed34;
const MPU_TYPE = 0xe000_ed90;
const MPU_CTRL = 0xe000_ed94;
const MPU_RNR = 0xe000_ed98;
const MPU_RBAR = 0xe000_ed9c;
const MPU_RASR = 0xe000_eda0;
const UNPRIVILEGED = 0x0100_0000;
const LDR = 0x6808; // LDR r0, [r1]
const STR = 0x6008;
const LDRT = [0xf851, 0x0e00];

const size = (bytes: number): number => (Math.log2(bytes) - 1) << 1;
const access = (ap: number): number => ap << 24;
const XN = 0x1000_0000;
const FULL = 3;

function mpuBench(regions: readonly (readonly [number, number])[], control = 1) {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.core.debugWrite(SHCSR, 0x7_0000, 4);
  // Code everywhere below, so that only the regions given matter.
  const all: (readonly [number, number])[] = [[FLASH, 1 | size(0x1_0000) | access(FULL)], ...regions];
  all.forEach(([base, rasr], i) => {
    bench.core.debugWrite(MPU_RBAR, base | 0x10 | i, 4);
    bench.core.debugWrite(MPU_RASR, rasr, 4);
  });
  bench.core.debugWrite(MPU_CTRL, control, 4);
  return bench;
}

function outcome(
  bench: ReturnType<typeof mpuBench>,
  code: readonly number[],
  registers: Readonly<Record<number, number>>,
): number {
  bench.put(RESET, ...code, BRANCH_SELF);
  for (const [register, value] of Object.entries(registers)) bench.setRegister(Number(register), value);
  for (let i = 0; i < 12 && bench.ipsr() === 0; i++) bench.core.run(bench.core.cycles + 1);
  return bench.ipsr();
}

describe('PMSAv7 (ARMv7-M B3.5)', () => {
  const ram = (ap: number, more = 0): readonly [number, number] => [RAM, 1 | size(0x4000) | access(ap) | more];

  test.each([
    ['no access', 0, false, STR, MEM_MANAGE],
    ['privileged only, privileged', 1, false, STR, 0],
    ['privileged only, unprivileged', 1, true, LDR, MEM_MANAGE],
    ['unprivileged read-only: a read', 2, true, LDR, 0],
    ['unprivileged read-only: a write', 2, true, STR, MEM_MANAGE],
    ['full access', 3, true, STR, 0],
    ['privileged read-only: a write', 5, false, STR, MEM_MANAGE],
    ['read-only: a read', 6, true, LDR, 0],
  ])('AP: %s', (_name, ap, unprivileged, instruction, expected) => {
    // The stack has a region of its own, so that the frame of the fault can be stored.
    const bench = mpuBench([ram(ap), [STACK - 0x400, 1 | size(0x400) | access(FULL)]]);
    const registers = { 1: RAM + 0x100, ...(unprivileged ? { 20: UNPRIVILEGED } : {}) };
    expect(outcome(bench, [instruction], registers)).toBe(expected);
    if (expected !== 0) expect([bench.word(CFSR), bench.word(MMFAR)]).toEqual([0x82, RAM + 0x100]);
  });

  test('LDRT by privileged code counts as unprivileged', () => {
    const regions = [ram(1), [STACK - 0x400, 1 | size(0x400) | access(FULL)] as const];
    expect(outcome(mpuBench(regions), [LDR], { 1: RAM + 0x100 })).toBe(0);
    expect(outcome(mpuBench(regions), LDRT, { 1: RAM + 0x100 })).toBe(MEM_MANAGE);
  });

  test('XN: IACCVIOL without an address', () => {
    const bench = mpuBench([ram(FULL, XN)]);
    expect(outcome(bench, [0x4708], { 1: RAM + 0x101 })).toBe(MEM_MANAGE); // BX r1
    expect([bench.word(CFSR), bench.word(STACK - 8)]).toEqual([1, RAM + 0x100]);
  });

  test('a higher region wins, a disabled subregion lets the lower one show', () => {
    const bench = mpuBench([ram(FULL), [RAM, 1 | size(0x800) | access(0) | (1 << 9)]]);
    expect(outcome(bench, [LDR], { 1: RAM + 0x100 })).toBe(0); // subregion 1 (0x100..0x1FF) is disabled
    const other = mpuBench([ram(FULL), [RAM, 1 | size(0x800) | access(0) | (1 << 9)]]);
    expect(outcome(other, [LDR], { 1: RAM + 0x200 })).toBe(MEM_MANAGE);
  });

  test('regions of 32 bytes have no subregions', () => {
    const bench = mpuBench([ram(FULL), [RAM + 0x20, 1 | size(32) | access(0) | 0xff00]]);
    expect(outcome(bench, [LDR], { 1: RAM + 0x1c })).toBe(0);
    const inside = mpuBench([ram(FULL), [RAM + 0x20, 1 | size(32) | access(0) | 0xff00]]);
    expect(outcome(inside, [LDR], { 1: RAM + 0x3c })).toBe(MEM_MANAGE);
  });

  test('PRIVDEFENA: privileged code sees the default map where no region is', () => {
    expect(outcome(mpuBench([], 5), [STR], { 1: RAM + 0x100 })).toBe(0);
    expect(outcome(mpuBench([ram(1)], 5), [LDR], { 1: RAM + 0x100, 20: UNPRIVILEGED })).toBe(MEM_MANAGE);
  });

  test('HardFault runs without the MPU unless HFNMIENA is set', () => {
    for (const [control, locked] of [
      [5, false],
      [7, true],
    ] as const) {
      const bench = mpuBench([[RAM, 1 | size(0x400) | access(0)]], control);
      bench.put(handlerOf(HARD_FAULT), LDR, BRANCH_SELF);
      bench.core.debugWrite(SHCSR, 0, 4);
      outcome(bench, [0xde00], { 1: RAM + 0x100 });
      for (let i = 0; i < 4; i++) bench.core.run(bench.core.cycles + 1);
      expect(bench.core.lockup).toBe(locked);
    }
  });

  test('MSTKERR: the frame may not be stored; MMFAR is not valid', () => {
    const bench = mpuBench([ram(5)]);
    expect(outcome(bench, [SVC], {})).toBe(MEM_MANAGE);
    expect(bench.word(CFSR)).toBe(0x10);
  });

  test('MPU_TYPE, the alias registers, and TEX S C B are kept', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.core.debugWrite(MPU_RNR, 2, 4);
    bench.core.debugWrite(MPU_RBAR + 8, 0x2000_0020, 4); // RBAR_A1
    bench.core.debugWrite(MPU_RASR + 8, 0xffff_ffff, 4);
    expect([bench.word(MPU_TYPE), bench.word(MPU_RBAR), bench.word(MPU_RASR)]).toEqual([
      0x800, 0x2000_0022, 0x173f_ff3f,
    ]);
  });
});

describe('bit-band (Cortex-M4 TRM 3.7)', () => {
  const alias = (address: number, bit: number): number => 0x2200_0000 + (address - RAM) * 32 + bit * 4;

  test.each([
    ['word', 0x6008, 0x6808],
    ['halfword', 0x8008, 0x8808],
    ['byte', 0x7008, 0x7808],
  ])('a %s access to the alias changes and reads one bit', (_name, str, ldr) => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, str, ldr, BRANCH_SELF);
    bench.setWord(RAM + 0x104, 0xff00_0000);
    bench.setRegister(0, 0xffff_ffff);
    bench.setRegister(1, alias(RAM + 0x106, 3));
    bench.runTo(RESET + 4);
    expect([bench.word(RAM + 0x104), bench.register(0)]).toEqual([0xff08_0000, 1]);
  });

  test('bit 0 of the value counts: an even one clears', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.setWord(RAM + 0x104, 0xffff_ffff);
    bench.core.debugWrite(alias(RAM + 0x104, 31), 2, 4);
    expect([bench.word(RAM + 0x104), bench.word(alias(RAM + 0x104, 31)), bench.word(alias(RAM + 0x104, 30))]).toEqual([
      0x7fff_ffff, 0, 1,
    ]);
  });

  test('the peripheral alias reaches devices by read and write', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    const log: [number, number][] = [];
    let value = 0x10;
    bench.bus.addDevice(0x4002_0000, 0x400, {
      read: () => value,
      write(offset, written) {
        log.push([offset, written]);
        value = written;
      },
    });
    bench.core.debugWrite(0x4200_0000 + 0x2_0014 * 32 + 5 * 4, 1, 4);
    expect(log).toEqual([[0x14, 0x30]]);
  });

  test('a processor without bit-band faults there', () => {
    const bench = createTestBench({ processor: 'cortex-m4', bitBand: false });
    bench.core.debugWrite(SHCSR, 0x7_0000, 4);
    expect(outcome(bench, [LDR], { 1: alias(RAM, 0) })).toBe(BUS_FAULT);
  });
});

test('a bit-band alias of nothing faults with its own address in BFAR', () => {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.core.debugWrite(SHCSR, 0x7_0000, 4);
  expect(outcome(bench, [LDR], { 1: 0x2300_0000 })).toBe(BUS_FAULT);
  expect(bench.word(0xe000_ed38)).toBe(0x2300_0000);
});

test('a fetch that the MPU denies never reaches the bus: IACCVIOL where nothing is', () => {
  const bench = mpuBench([[RAM, 1 | size(0x4000) | access(FULL)]]);
  expect(outcome(bench, [0x4708], { 1: 0x6000_0001 })).toBe(MEM_MANAGE); // BX r1
  expect(bench.word(CFSR)).toBe(1);
});
