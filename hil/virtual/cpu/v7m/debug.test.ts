import { describe, expect, test } from '@jest/globals';
import {
  BRANCH_SELF,
  BX_LR,
  createTestBench,
  DEMCR,
  DFSR,
  DHCSR,
  handlerOf,
  NOP,
  RAM,
  RESET,
  SVC,
} from '../test-bench.ts';

const DEBUG_MONITOR = 12;
const FP_CTRL = 0xe000_2000;
const FP_COMP0 = 0xe000_2008;
const DWT_CTRL = 0xe000_1000;
const DWT_CYCCNT = 0xe000_1004;
const DWT_COMP3 = 0xe000_1050;
const SHCSR = 0xe000_ed24;
const ENABLE = 0xa05f_0001;
const TRCENA = 0x0100_0000;
const MON_EN = 0x1_0000;
const MON_STEP = 0x4_0000;

function benchWith(...code: readonly number[]) {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.put(RESET, ...code, BRANCH_SELF);
  return bench;
}

/** Execute until something halts; why is in DFSR afterwards, without what the set-up left there. */
function run(bench: ReturnType<typeof benchWith>, count = 30): void {
  bench.core.debugWrite(DFSR, 0x1f, 4);
  for (let i = 0; i < count && !bench.core.halted; i++) bench.core.run(bench.core.cycles + 1);
}

describe('what a debugger reads to know the processor (Cortex-M4 TRM 4.1, 9)', () => {
  test.each([
    ['CPUID', 0xe000_ed00, 0x410f_c241],
    ['ID_PFR1', 0xe000_ed44, 0x200],
    ['ID_ISAR1', 0xe000_ed64, 0x0211_2000],
    ['MVFR0', 0xe000_ef40, 0x1011_0021],
    ['MVFR1', 0xe000_ef44, 0x1100_0011],
    ['FP_CTRL: 6 code and 2 literal comparators', FP_CTRL, 0x260],
    ['DWT_CTRL: 4 comparators', DWT_CTRL, 0x4000_0000],
    ['ROM table: SCS', 0xe00f_f000, 0xfff0_f003],
    ['ROM table: ITM', 0xe00f_f00c, 0xfff0_1003],
    ['ROM table: ETM', 0xe00f_f014, 0xfff4_2003],
    ['ROM table: end', 0xe00f_f018, 0],
    ['ROM table part', 0xe00f_ffe0, 0xc4],
    ['SCS part', 0xe000_efe0, 0x0c],
    ['TPIU class', 0xe004_0ff4, 0x90],
    ['ITM stimulus port is ready', 0xe000_0000, 1],
  ])('%s', (_name, address, value) => {
    expect(benchWith().word(address)).toBe(value);
  });

  test('trace registers keep what is written', () => {
    const bench = benchWith();
    for (const [address, value] of [
      [0xe004_0010, 9],
      [0xe000_0e80, 0x1_000d],
      [0xe000_0e00, 1],
    ] as const) {
      bench.core.debugWrite(address, value, 4);
      expect(bench.word(address)).toBe(value);
    }
  });

  test('the rest of the PPB is the chip’s', () => {
    const bench = benchWith();
    bench.bus.addDevice(0xe004_2000, 0x400, { read: () => 0x1007_6431, write: () => {} });
    expect(bench.word(0xe004_2000)).toBe(0x1007_6431);
    expect(() => bench.word(0xe004_3000)).toThrow('bus fault');
  });
});

describe('core registers by DCRSR (ARMv7-M C1.6.3)', () => {
  test.each([
    ['masks: CONTROL, FAULTMASK, BASEPRI, PRIMASK', 20, 0x0601_4001, 0x0601_4001],
    ['FPSCR', 0x21, 0xf000_0001, 0xf000_0001],
    ['S0', 0x40, 0x3f80_0000, 0x3f80_0000],
    ['S31', 0x5f, 0x1234_5678, 0x1234_5678],
    ['xPSR with Q, IT and GE', 16, 0x0f0a_fc00 | 0x0100_0000, 0x0f0a_fc00],
  ])('%s', (_name, selector, written, read) => {
    const bench = benchWith();
    bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
    bench.setRegister(selector, written);
    expect(bench.register(selector)).toBe(read);
  });
});

describe('breakpoints and watchpoints (C1.11, C1.8)', () => {
  test.each([0, 5])('code comparator %i halts before its instruction', (comparator) => {
    const bench = benchWith(NOP, NOP, NOP);
    // FPB addresses lie below 0x2000_0000: flash at 0x0800_0000.
    bench.core.debugWrite(FP_COMP0 + 4 * comparator, ((RESET + 4) & ~3) | 0x4000_0001, 4);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    run(bench);
    expect([bench.core.halted, bench.core.pc, bench.word(DFSR)]).toEqual([true, RESET + 4, 2]);
  });

  test.each([6, 7])('literal comparator %i is kept and stops nothing', (comparator) => {
    const bench = benchWith(NOP, NOP);
    bench.core.debugWrite(FP_COMP0 + 4 * comparator, (RESET & ~3) | 0x4000_0001, 4);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    run(bench, 5);
    expect([bench.core.halted, bench.word(FP_COMP0 + 4 * comparator)]).toEqual([false, (RESET & ~3) | 0x4000_0001]);
  });

  test('a breakpoint inside an IT block stops whatever the condition, and going on keeps the block', () => {
    const bench = benchWith(0xbf03, 0x3001, 0x3001, 0x3001, 0x3010); // ITTTE EQ; ADD r0 ...
    bench.setRegister(0, 0);
    bench.core.debugWrite(FP_COMP0, ((RESET + 4) & ~3) | 0x4000_0001, 4);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.setRegister(16, 0x0100_0000);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    run(bench);
    expect([bench.core.pc, bench.register(0)]).toEqual([RESET + 4, 0]);
    bench.core.debugWrite(FP_CTRL, 2, 4);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    bench.runTo(RESET + 10);
    expect(bench.register(0)).toBe(16);
  });

  test('the fourth comparator watches writes', () => {
    const bench = benchWith(0x6008, NOP); // STR r0, [r1]
    bench.setRegister(1, RAM + 0x100);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    bench.core.debugWrite(DEMCR, TRCENA, 4);
    bench.core.debugWrite(DWT_COMP3, RAM + 0x100, 4);
    bench.core.debugWrite(DWT_COMP3 + 8, 6, 4);
    run(bench);
    expect([bench.core.halted, bench.core.pc, bench.word(DFSR)]).toEqual([true, RESET + 2, 4]);
  });
});

describe('vector catch (C1.6.5 DEMCR)', () => {
  const LDR = 0x6808;
  test.each([
    ['VC_STATERR: undefined instruction', 0x80, [0xde00], 6],
    ['VC_NOCPERR', 0x20, [0xee30, 0x0a00], 6],
    ['VC_CHKERR: unaligned LDM', 0x40, [0xe891, 0x0005], 6],
    ['VC_BUSERR', 0x100, [LDR], 5],
    ['VC_MMERR: execute-never', 0x10, [0x4710], 4],
  ])('%s halts at the handler, other bits do not', (_name, bit, code, exception) => {
    for (const [demcr, halted] of [
      [bit, true],
      [0x7f1 & ~bit & ~1 & ~0x400, false],
    ] as const) {
      const bench = benchWith(...code);
      bench.core.debugWrite(SHCSR, 0x7_0000, 4);
      bench.core.debugWrite(DHCSR, ENABLE, 4);
      bench.core.debugWrite(DEMCR, demcr, 4);
      bench.setRegister(1, 0x3000_0002);
      bench.setRegister(2, 0x4000_0001);
      run(bench);
      expect([bench.core.halted, bench.core.pc]).toEqual([halted, handlerOf(exception)]);
      if (halted) expect(bench.word(DFSR)).toBe(8);
    }
  });

  test('VC_HARDERR catches what was escalated', () => {
    const bench = benchWith(0xde00);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    bench.core.debugWrite(DEMCR, 0x400, 4);
    run(bench);
    expect([bench.core.halted, bench.core.pc]).toEqual([true, handlerOf(3)]);
  });
});

describe('DebugMonitor (C1.5)', () => {
  test('takes BKPT when no debugger is there', () => {
    const bench = benchWith(0xbe00);
    bench.core.debugWrite(DEMCR, MON_EN, 4);
    run(bench, 6);
    expect([bench.ipsr(), bench.word(DFSR)]).toEqual([DEBUG_MONITOR, 2]);
  });

  test('takes a watchpoint, and loses it when its priority does not suffice', () => {
    for (const [priority, exception] of [
      [0, DEBUG_MONITOR],
      [0x40, 11],
    ] as const) {
      const bench = benchWith(SVC);
      bench.put(handlerOf(11), 0x6008, BRANCH_SELF);
      bench.core.debugWrite(0xe000_ed1c, 0x2000_0000, 4); // SVCall 0x20
      bench.core.debugWrite(0xe000_ed20, priority, 4);
      bench.setRegister(1, RAM + 0x100);
      bench.core.debugWrite(DEMCR, TRCENA | MON_EN, 4);
      bench.core.debugWrite(DWT_COMP3, RAM + 0x100, 4);
      bench.core.debugWrite(DWT_COMP3 + 8, 6, 4);
      run(bench, 8);
      expect(bench.ipsr()).toBe(exception);
    }
  });

  test('MON_STEP: one instruction between two entries', () => {
    const bench = benchWith(0x3001, 0x3001, 0x3001); // ADDS r0, #1
    bench.put(handlerOf(DEBUG_MONITOR), 0x3110, BX_LR); // ADDS r1, #16
    bench.setRegister(0, 0);
    bench.setRegister(1, 0);
    bench.core.debugWrite(DEMCR, MON_EN | MON_STEP, 4);
    bench.runTo(RESET + 6);
    bench.runTo(handlerOf(DEBUG_MONITOR));
    expect([bench.register(0), bench.word(DFSR) & 1]).toEqual([3, 1]);
  });

  test('MON_PEND pends it', () => {
    const bench = benchWith(NOP);
    bench.core.debugWrite(DEMCR, MON_EN | 0x2_0000, 4);
    expect(bench.word(DEMCR)).toBe(MON_EN | 0x2_0000);
    run(bench, 4);
    expect(bench.ipsr()).toBe(DEBUG_MONITOR);
  });
});

describe('DWT_CYCCNT (C1.8.8)', () => {
  test('counts core cycles while CYCCNTENA and TRCENA are set, not in debug state', () => {
    const bench = benchWith();
    bench.core.debugWrite(DEMCR, TRCENA, 4);
    bench.core.debugWrite(DWT_CYCCNT, 0xffff_fff0, 4);
    bench.core.debugWrite(DWT_CTRL, 1, 4);
    const start = bench.core.cycles;
    bench.core.run(start + 1000);
    expect(bench.word(DWT_CYCCNT)).toBe(bench.core.cycles - start - 16);
    bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
    const halted = bench.word(DWT_CYCCNT);
    bench.core.passCycles(500);
    expect(bench.word(DWT_CYCCNT)).toBe(halted);
    bench.core.debugWrite(DWT_CTRL, 0, 4);
    bench.core.debugWrite(DHCSR, ENABLE, 4);
    bench.core.run(bench.core.cycles + 100);
    expect(bench.word(DWT_CYCCNT)).toBe(halted);
  });

  test('the program sets it up itself', () => {
    // r1 = DEMCR, r2 = TRCENA, r3 = DWT_CTRL: STR r2, [r1]; STR r0, [r3]; LDR r4, [r3, #4]; LDR r5, [r3, #4]
    const bench = benchWith(0x600a, 0x6018, 0x685c, 0x685d);
    for (const [register, value] of [
      [0, 1],
      [1, DEMCR],
      [2, TRCENA],
      [3, DWT_CTRL],
    ] as const) {
      bench.setRegister(register, value);
    }
    bench.runTo(RESET + 8);
    expect(bench.register(5) - bench.register(4)).toBe(2);
  });
});
