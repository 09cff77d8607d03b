import { describe, expect, test } from '@jest/globals';
import {
  BRANCH_SELF,
  BX_LR,
  CPSID,
  createTestBench,
  handlerOf,
  irq,
  NVIC_IPR0,
  NVIC_ISER,
  NVIC_ISPR,
  RAM,
  RESET,
  STACK,
  SVC,
} from '../test-bench.ts';

const HARD_FAULT = 3;
const MEM_MANAGE = 4;
const BUS_FAULT = 5;
const USAGE_FAULT = 6;
const SV_CALL = 11;
const CCR = 0xe000_ed14;
const SHPR1 = 0xe000_ed18;
const SHCSR = 0xe000_ed24;
const CFSR = 0xe000_ed28;
const HFSR = 0xe000_ed2c;
const MMFAR = 0xe000_ed34;
const BFAR = 0xe000_ed38;
const ALL_ENABLED = 0x7_0000;
const FORCED = 0x4000_0000;
const NOWHERE = 0x3000_0000;
const LDR_R0_R1 = 0x6808;
const STR_R0_R1 = 0x6008;
const NOP = 0xbf00;

/** A bench that has executed `code` at RESET until an exception was entered, or for some boundaries. */
function run(
  code: readonly number[],
  registers: Readonly<Record<number, number>>,
  setup: Readonly<Record<number, number>> = {},
) {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.put(RESET, ...code, BRANCH_SELF);
  for (const [address, value] of Object.entries(setup)) bench.core.debugWrite(Number(address), value, 4);
  for (const [register, value] of Object.entries(registers)) bench.setRegister(Number(register), value);
  for (let i = 0; i < 40 && bench.ipsr() === 0 && !bench.core.lockup; i++) bench.core.run(bench.core.cycles + 1);
  return bench;
}

const stackedPc = (bench: ReturnType<typeof run>): number => bench.word(bench.register(13) + 24);
const stackedPsr = (bench: ReturnType<typeof run>): number => bench.word(bench.register(13) + 28);

describe('a fault sets its CFSR bit and stacks the address of its instruction (ARMv7-M B1.5.14, B3.2.15)', () => {
  const usage: [string, number[], Record<number, number>, Record<number, number>, number, number][] = [
    // what, code, registers, set-up, CFSR, stacked PC
    ['UNDEFINSTR: UDF', [NOP, 0xde00], {}, {}, 0x1_0000, RESET + 2],
    ['UNDEFINSTR: UDF.W', [0xf7f0, 0xa001], {}, {}, 0x1_0000, RESET],
    ['INVSTATE: BX to an even address', [0x4700], { 0: RESET + 0x10 }, {}, 0x2_0000, RESET + 0x10],
    ['NOCP: a coprocessor that is not there', [0xee01, 0x0f10], {}, {}, 0x8_0000, RESET],
    ['NOCP: FPU without access', [0xee30, 0x0a00], {}, {}, 0x8_0000, RESET],
    ['UNALIGNED: LDM', [0xe891, 0x0005], { 1: RAM + 2 }, {}, 0x100_0000, RESET],
    ['UNALIGNED: LDRD', [0xe9d1, 0x0202], { 1: RAM + 2 }, {}, 0x100_0000, RESET],
    ['UNALIGNED: LDREX', [0xe851, 0x0f00], { 1: RAM + 2 }, {}, 0x100_0000, RESET],
    ['UNALIGNED: STR with UNALIGN_TRP', [STR_R0_R1], { 1: RAM + 2 }, { [CCR]: 0x208 }, 0x100_0000, RESET],
    ['UNALIGNED: LDR from Device memory', [LDR_R0_R1], { 1: 0x4000_0001 }, {}, 0x100_0000, RESET],
    ['DIVBYZERO with DIV_0_TRP', [0xfb91, 0xf0f2], { 1: 1, 2: 0 }, { [CCR]: 0x210 }, 0x200_0000, RESET],
  ];
  test.each(usage)('UsageFault %s', (_name, code, registers, setup, cfsr, pc) => {
    const bench = run(code, registers, { [SHCSR]: ALL_ENABLED, ...setup });
    expect([bench.ipsr(), bench.word(CFSR), stackedPc(bench)]).toEqual([USAGE_FAULT, cfsr, pc]);
    expect(bench.word(HFSR)).toBe(0);
  });

  test('INVSTATE stacks T clear', () => {
    const bench = run([0x4700], { 0: RESET + 0x10 }, { [SHCSR]: ALL_ENABLED });
    expect(stackedPsr(bench) & 0x0100_0000).toBe(0);
  });

  test('BusFault PRECISERR: load from nowhere, BFAR valid', () => {
    const bench = run([LDR_R0_R1], { 0: 5, 1: NOWHERE }, { [SHCSR]: ALL_ENABLED });
    expect([bench.ipsr(), bench.word(CFSR), bench.word(BFAR), stackedPc(bench)]).toEqual([
      BUS_FAULT,
      0x8200,
      NOWHERE,
      RESET,
    ]);
    expect(bench.register(0)).toBe(5);
  });

  test('BusFault IBUSERR: fetch from nowhere, BFAR not valid', () => {
    const bench = run([0x4700], { 0: NOWHERE + 1 }, { [SHCSR]: ALL_ENABLED });
    expect([bench.ipsr(), bench.word(CFSR), stackedPc(bench)]).toEqual([BUS_FAULT, 0x100, NOWHERE]);
  });

  test('MemManage IACCVIOL: fetch from an execute-never region (B3.1)', () => {
    const bench = run([0x4700], { 0: 0x4000_0001 }, { [SHCSR]: ALL_ENABLED });
    expect([bench.ipsr(), bench.word(CFSR), stackedPc(bench)]).toEqual([MEM_MANAGE, 1, 0x4000_0000]);
  });

  test('an aborted LDM leaves its base', () => {
    const bench = run([0xe8b1, 0x0005], { 1: RAM + 0x4000 - 4 }, { [SHCSR]: ALL_ENABLED });
    expect([bench.ipsr(), bench.register(1)]).toEqual([BUS_FAULT, RAM + 0x4000 - 4]);
  });

  test('CFSR and HFSR clear the bits written as 1', () => {
    const bench = run([LDR_R0_R1], { 1: NOWHERE }, {});
    expect([bench.word(CFSR), bench.word(HFSR)]).toEqual([0x8200, FORCED]);
    bench.core.debugWrite(CFSR + 1, 0x02, 1);
    expect(bench.word(CFSR)).toBe(0x8000);
    bench.core.debugWrite(CFSR, 0xffff_ffff, 4);
    bench.core.debugWrite(HFSR, FORCED, 4);
    expect([bench.word(CFSR), bench.word(HFSR)]).toEqual([0, 0]);
  });
});

describe('escalation (B1.5.14) and lockup (B1.5.15)', () => {
  test.each([
    ['its exception is disabled', {}, [LDR_R0_R1], 0x8200],
    ['PRIMASK is set', { [SHCSR]: ALL_ENABLED }, [CPSID, LDR_R0_R1], 0x8200],
  ])('HardFault FORCED when %s', (_name, setup, code, cfsr) => {
    const bench = run(code, { 1: NOWHERE }, setup);
    expect([bench.ipsr(), bench.word(HFSR), bench.word(CFSR)]).toEqual([HARD_FAULT, FORCED, cfsr]);
    expect(stackedPc(bench)).toBe(RESET + 2 * (code.length - 1));
  });

  test('HardFault FORCED when BASEPRI masks it', () => {
    const bench = run([0xf380, 0x8811, LDR_R0_R1], { 0: 0x20, 1: NOWHERE }, { [SHCSR]: ALL_ENABLED, [SHPR1]: 0x4000 });
    expect([bench.ipsr(), bench.word(HFSR)]).toEqual([HARD_FAULT, FORCED]);
  });

  test('a fault in its own handler escalates', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, 0xde00);
    bench.put(handlerOf(USAGE_FAULT), 0xde00);
    bench.core.debugWrite(SHCSR, ALL_ENABLED, 4);
    bench.runTo(handlerOf(HARD_FAULT));
    expect([bench.ipsr(), stackedPc(bench), bench.word(HFSR)]).toEqual([HARD_FAULT, handlerOf(USAGE_FAULT), FORCED]);
  });

  test('SVC without the priority to be served: HardFault FORCED at the SVC', () => {
    const bench = run([CPSID, SVC], {}, {});
    expect([bench.ipsr(), bench.word(HFSR), stackedPc(bench)]).toEqual([HARD_FAULT, FORCED, RESET + 2]);
  });

  test('BKPT without a debugger: HardFault DEBUGEVT', () => {
    const bench = run([0xbe00], {}, {});
    expect([bench.ipsr(), bench.word(HFSR) >>> 0]).toEqual([HARD_FAULT, 0x8000_0000]);
  });

  test('a vector that cannot be read: HardFault VECTTBL', () => {
    const bench = createTestBench({ processor: 'cortex-m4', vtorMask: 0xffff_ff80 });
    // 32 vectors at the end of RAM: that of interrupt 20 lies beyond it, HardFault's does not.
    bench.core.debugWrite(0xe000_ed08, RAM + 0x4000 - 0x80, 4);
    bench.setWord(RAM + 0x4000 - 0x80 + 12, handlerOf(HARD_FAULT) | 1);
    bench.core.debugWrite(NVIC_ISER, 1 << 20, 4);
    bench.core.debugWrite(NVIC_ISPR, 1 << 20, 4);
    bench.runTo(handlerOf(HARD_FAULT));
    expect([bench.ipsr(), bench.word(HFSR)]).toEqual([HARD_FAULT, 2]);
  });

  test.each([
    ['in HardFault', [0xde00], 0xde00],
    ['with FAULTMASK set', [0xb671, 0xde00], BRANCH_SELF],
  ])('a fault %s locks up', (_name, code, handler) => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, ...code);
    bench.put(handlerOf(HARD_FAULT), handler);
    for (let i = 0; i < 40 && !bench.core.lockup; i++) bench.core.run(bench.core.cycles + 1);
    expect([bench.core.lockup, bench.core.pc]).toEqual([true, 0xffff_fffe]);
  });

  test('CCR.BFHFNMIGN: a load in HardFault reads 0 and goes on; the fault is noted', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, 0xde00);
    bench.put(handlerOf(HARD_FAULT), LDR_R0_R1, BRANCH_SELF);
    bench.setRegister(0, 7);
    bench.setRegister(1, NOWHERE);
    bench.core.debugWrite(CCR, 0x300, 4);
    bench.runTo(handlerOf(HARD_FAULT) + 2);
    expect([bench.core.lockup, bench.register(0), bench.word(CFSR)]).toEqual([false, 0, 0x1_8200]);
    bench.core.debugWrite(CFSR + 1, 0x82, 1); // a narrow write leaves UFSR
    expect(bench.word(CFSR)).toBe(0x1_0000);
  });
});

describe('derived faults of exception entry and return (B1.5.11)', () => {
  test('STKERR: the stack is nowhere; BusFault is served, then the interrupt that was to be', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, NOP, BRANCH_SELF);
    bench.put(handlerOf(BUS_FAULT), BX_LR);
    bench.core.debugWrite(SHCSR, ALL_ENABLED, 4);
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    bench.core.debugWrite(NVIC_IPR0, 0x10, 4);
    bench.setRegister(17, STACK);
    bench.setRegister(18, NOWHERE + 0x100);
    bench.setRegister(20, 0x0200_0000);
    bench.core.debugWrite(NVIC_ISPR, 1, 4);
    bench.runTo(handlerOf(BUS_FAULT));
    expect([bench.ipsr(), bench.word(CFSR), bench.word(BFAR)]).toEqual([BUS_FAULT, 0x1000, 0]);
    bench.runTo(handlerOf(irq(0)));
    expect(bench.ipsr()).toBe(irq(0));
  });

  test('STKERR on the way into HardFault: its handler runs and finds both causes', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, LDR_R0_R1, BRANCH_SELF);
    bench.setRegister(1, NOWHERE);
    bench.setRegister(18, NOWHERE + 0x100);
    bench.setRegister(20, 0x0200_0000);
    bench.runTo(handlerOf(HARD_FAULT));
    expect([bench.ipsr(), bench.word(CFSR), bench.word(HFSR)]).toEqual([HARD_FAULT, 0x9200, FORCED]);
  });

  test('UNSTKERR: the frame is nowhere on return', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(SV_CALL), 0xf380, 0x8809, BX_LR); // MSR PSP, r0
    bench.core.debugWrite(SHCSR, ALL_ENABLED, 4);
    bench.setRegister(18, RAM + 0x800);
    bench.setRegister(20, 0x0200_0000);
    bench.setRegister(0, NOWHERE);
    bench.runTo(handlerOf(BUS_FAULT));
    expect([bench.ipsr(), bench.word(CFSR), bench.register(14)]).toEqual([BUS_FAULT, 0x800, 0xffff_fffd]);
  });

  const returns: [string, number, Record<number, number>][] = [
    ['a reserved value', 0xffff_fff5, {}],
    ['a frame with FP state that reserved bits forbid', 0xffff_ff99, {}],
  ];
  test.each(returns)('INVPC: EXC_RETURN is %s', (_name, value) => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(SV_CALL), 0x4700);
    bench.core.debugWrite(SHCSR, ALL_ENABLED, 4);
    bench.runTo(handlerOf(SV_CALL));
    bench.setRegister(0, value);
    bench.runTo(handlerOf(USAGE_FAULT));
    expect([bench.ipsr(), bench.word(CFSR), bench.register(14)]).toEqual([USAGE_FAULT, 0x4_0000, value]);
    expect(bench.word(SHCSR) & 0x8f).toBe(8); // SVCall is no longer active, UsageFault is
  });

  test('INVPC: thread mode with another exception active, unless CCR.NONBASETHRDENA allows it', () => {
    for (const [ccr, exception] of [
      [0x200, USAGE_FAULT],
      [0x201, 0],
    ] as const) {
      const bench = createTestBench({ processor: 'cortex-m4' });
      bench.put(RESET, SVC, BRANCH_SELF);
      bench.put(handlerOf(SV_CALL), BX_LR);
      bench.core.debugWrite(SHCSR, ALL_ENABLED | 0x400, 4); // PendSV marked active
      bench.core.debugWrite(0xe000_ed20, 0x0020_0000, 4); // at a lower priority than the others
      bench.core.debugWrite(CCR, ccr, 4);
      bench.runTo(handlerOf(SV_CALL));
      for (let i = 0; i < 5; i++) bench.core.run(bench.core.cycles + 1);
      expect(bench.ipsr()).toBe(exception);
    }
  });

  test('INVPC: the frame says handler mode, EXC_RETURN thread mode', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(SV_CALL), BX_LR);
    bench.core.debugWrite(SHCSR, ALL_ENABLED, 4);
    bench.runTo(handlerOf(SV_CALL));
    bench.setWord(STACK - 4, 0x0100_0000 + SV_CALL);
    bench.runTo(handlerOf(USAGE_FAULT));
    expect([bench.ipsr(), bench.word(CFSR)]).toEqual([USAGE_FAULT, 0x4_0000]);
  });
});

test('MMFAR and BFAR keep what was written last (B3.2.17, B3.2.18)', () => {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.core.debugWrite(MMFAR, 0x1234, 4);
  bench.core.debugWrite(BFAR, 0x5678, 4);
  expect([bench.word(MMFAR), bench.word(BFAR)]).toEqual([0x1234, 0x5678]);
});
