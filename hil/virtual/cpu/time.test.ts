import { describe, expect, test } from '@jest/globals';
import {
  BRANCH_SELF,
  BX_LR,
  createTestBench,
  handlerOf,
  ICSR,
  irq,
  NOP,
  NVIC_ISER,
  RAM,
  RESET,
  SCR,
  SVC,
  SYST_CSR,
  SYST_CVR,
  SYST_RVR,
  WFE,
  WFI,
} from './test-bench.ts';

describe('SysTick (ARMv6-M B3.3)', () => {
  test('counts core cycles with CLKSOURCE 1, reload + 1 per period, and sets COUNTFLAG at 1 -> 0', () => {
    const bench = createTestBench();
    bench.core.debugWrite(SYST_RVR, 99, 4);
    bench.core.debugWrite(SYST_CVR, 1, 4);
    bench.core.debugWrite(SYST_CSR, 5, 4);
    bench.core.passCycles(1);
    expect(bench.word(SYST_CVR)).toBe(99);
    bench.core.passCycles(98);
    expect([bench.word(SYST_CVR), bench.word(SYST_CSR)]).toEqual([1, 5]);
    bench.core.passCycles(1);
    expect([bench.word(SYST_CVR), bench.word(SYST_CSR)]).toEqual([0, 0x1_0005]);
    bench.core.passCycles(100);
    expect(bench.word(SYST_CVR)).toBe(0);
  });

  test('counts every eighth cycle with CLKSOURCE 0 (STM32G0: HCLK/8)', () => {
    const bench = createTestBench();
    bench.core.debugWrite(SYST_RVR, 99, 4);
    bench.core.debugWrite(SYST_CVR, 1, 4);
    bench.core.debugWrite(SYST_CSR, 1, 4);
    bench.core.passCycles(8 * 10);
    expect(bench.word(SYST_CVR)).toBe(90);
  });

  test('the program clears COUNTFLAG by reading it, the debugger does not', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6802, 0x6803, BRANCH_SELF); // LDR r2, [r0]; LDR r3, [r0]
    bench.setRegister(0, SYST_CSR);
    bench.core.debugWrite(SYST_RVR, 50, 4);
    bench.core.debugWrite(SYST_CVR, 0, 4);
    bench.core.debugWrite(SYST_CSR, 5, 4);
    bench.core.passCycles(60);
    expect(bench.word(SYST_CSR)).toBe(0x1_0005);
    bench.runTo(RESET + 4);
    expect([bench.register(2), bench.register(3)]).toEqual([0x1_0005, 5]);
  });

  test('interrupts on the cycle that nextTimerCycle names, and wakes WFI', () => {
    const bench = createTestBench();
    bench.put(RESET, WFI, NOP, BRANCH_SELF);
    bench.core.debugWrite(SYST_RVR, 999, 4);
    bench.core.debugWrite(SYST_CVR, 0, 4);
    bench.core.debugWrite(SYST_CSR, 7, 4);
    expect(bench.core.run(bench.core.cycles + 10_000)).toBe('sleep');
    const due = bench.core.nextTimerCycle();
    expect(due).toBe(1000);
    bench.core.passCycles(due - bench.core.cycles - 1);
    expect(bench.core.run(bench.core.cycles + 100)).toBe('sleep');
    bench.core.passCycles(1);
    bench.runTo(handlerOf(15));
    expect(bench.ipsr()).toBe(15);
    expect(bench.core.cycles).toBe(due + 15);
  });

  test('stands still while the core is halted', () => {
    const bench = createTestBench();
    bench.core.debugWrite(SYST_RVR, 999, 4);
    bench.core.debugWrite(SYST_CVR, 0, 4);
    bench.core.debugWrite(SYST_CSR, 7, 4);
    bench.core.passCycles(10);
    bench.core.debugWrite(0xe000_edf0, 0xa05f_0003, 4);
    bench.core.passCycles(500);
    expect(bench.word(SYST_CVR)).toBe(990);
  });

  test('a reload of 0 stops it without an interrupt', () => {
    const bench = createTestBench();
    bench.core.debugWrite(SYST_CVR, 0, 4);
    bench.core.debugWrite(SYST_CSR, 7, 4);
    bench.core.passCycles(100);
    expect(bench.core.nextTimerCycle()).toBe(Infinity);
    expect(bench.word(SYST_CSR)).toBe(7);
  });
});

describe('sleep (ARMv6-M B1.5: WFI, WFE, SLEEPONEXIT)', () => {
  test('WFI with PRIMASK set wakes on an interrupt without running its handler', () => {
    const bench = createTestBench();
    bench.put(RESET, WFI, NOP, BRANCH_SELF);
    bench.setRegister(20, 1);
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    expect(bench.core.run(bench.core.cycles + 100)).toBe('sleep');
    bench.core.setIrq(0, true);
    expect(bench.core.run(bench.core.cycles + 100)).toBe('limit');
    expect([bench.core.pc, bench.ipsr()]).toEqual([RESET + 4, 0]);
  });

  test('a disabled interrupt does not wake WFI', () => {
    const bench = createTestBench();
    bench.put(RESET, WFI, BRANCH_SELF);
    bench.core.run(bench.core.cycles + 100);
    bench.core.setIrq(0, true);
    expect(bench.core.run(bench.core.cycles + 100)).toBe('sleep');
  });

  test('WFE goes on at once when an event is registered, and consumes it', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xbf40, WFE, WFE, BRANCH_SELF); // SEV
    expect(bench.core.run(bench.core.cycles + 100)).toBe('sleep');
    expect(bench.core.pc).toBe(RESET + 6);
  });

  test('SEVONPEND makes a disabled interrupt an event', () => {
    for (const [scr, reason] of [
      [0, 'sleep'],
      [0x10, 'limit'],
    ] as const) {
      const bench = createTestBench();
      bench.put(RESET, WFE, BRANCH_SELF);
      bench.core.debugWrite(SCR, scr, 4);
      bench.core.run(bench.core.cycles + 100);
      bench.core.setIrq(0, true);
      expect(bench.core.run(bench.core.cycles + 100)).toBe(reason);
    }
  });

  test('SLEEPONEXIT sleeps when the last handler returns', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(11), BX_LR);
    bench.core.debugWrite(SCR, 2, 4);
    expect(bench.core.run(bench.core.cycles + 100)).toBe('sleep');
    expect(bench.core.pc).toBe(RESET + 2);
  });

  test('SLEEPDEEP is told to the board and stops SysTick', () => {
    const bench = createTestBench();
    bench.put(RESET, WFI);
    bench.core.debugWrite(SCR, 4, 4);
    bench.core.debugWrite(SYST_RVR, 99, 4);
    bench.core.debugWrite(SYST_CSR, 7, 4);
    bench.core.run(bench.core.cycles + 1);
    bench.core.run(bench.core.cycles + 10);
    expect([bench.core.sleeping, bench.core.sleepDeep]).toEqual([true, true]);
    expect(bench.core.nextTimerCycle()).toBe(Infinity);
  });
});

describe('slices', () => {
  test('run overruns its limit by one instruction at most', () => {
    const bench = createTestBench();
    const before = bench.core.cycles;
    expect(bench.core.run(before + 1001)).toBe('limit');
    expect(bench.core.cycles - before).toBe(1002); // b . takes two cycles
  });

  test('cycles are exact within a bus access, and breakOut ends the slice behind it', () => {
    const bench = createTestBench();
    const seen: number[] = [];
    bench.bus.addDevice(0x4000_0000, 4, {
      read: () => {
        seen.push(bench.core.cycles);
        bench.core.breakOut();
        return 0;
      },
      write: () => undefined,
    });
    bench.put(RESET, NOP, NOP, 0x6801, NOP, BRANCH_SELF);
    bench.setRegister(0, 0x4000_0000);
    const before = bench.core.cycles;
    expect(bench.core.run(before + 1000)).toBe('limit');
    expect(seen).toEqual([before + 3]);
    expect([bench.core.pc, bench.core.cycles]).toEqual([RESET + 6, before + 4]);
  });

  test('an interrupt raised by a bus access is taken at the next boundary', () => {
    const bench = createTestBench();
    bench.bus.addDevice(0x4000_0000, 4, { read: () => 0, write: () => bench.core.setIrq(2, true) });
    bench.put(RESET, 0x6001, NOP, BRANCH_SELF);
    bench.setRegister(0, 0x4000_0000);
    bench.core.debugWrite(NVIC_ISER, 4, 4);
    bench.runTo(handlerOf(irq(2)));
    expect(bench.word(bench.register(13) + 24)).toBe(RESET + 2);
  });

  test('a stalled flash stops the fetch until it is ready; code in RAM runs on', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x3001, BRANCH_SELF);
    bench.setRegister(0, 0);
    bench.bus.setStalled(bench.flash, true);
    const before = bench.core.cycles;
    expect(bench.core.run(before + 500)).toBe('limit');
    expect([bench.core.cycles - before, bench.core.pc]).toEqual([500, RESET]);
    bench.bus.setStalled(bench.flash, false);
    bench.core.run(bench.core.cycles + 5);
    expect(bench.register(0)).toBe(1);

    bench.put(RAM, 0x3001, 0x6811, BRANCH_SELF); // ADDS r0, #1; LDR r1, [r2] from flash
    bench.core.debugWrite(0xe000_edf0, 0xa05f_0003, 4);
    bench.setRegister(2, 0x0800_0000);
    bench.setRegister(15, RAM);
    bench.core.debugWrite(0xe000_edf0, 0xa05f_0000, 4);
    bench.bus.setStalled(bench.flash, true);
    bench.core.run(bench.core.cycles + 100);
    expect(bench.core.pc).toBe(RAM + 2);
    bench.bus.setStalled(bench.flash, false);
    bench.core.run(bench.core.cycles + 10);
    expect(bench.core.pc).toBe(RAM + 4);
  });

  test('too few wait states (read fault) end in lockup when the vectors are there as well', () => {
    const bench = createTestBench();
    bench.bus.setReadFault(bench.flash, true);
    expect(bench.runTo(0, 20)).toBe('lockup');
  });

  test('a store into code that has been executed takes effect', () => {
    const bench = createTestBench();
    // RAM: STRH r1, [r2]; the next instruction is what it stored
    bench.put(RAM, 0x8011, NOP, 0xe7fc);
    bench.core.debugWrite(0xe000_edf0, 0xa05f_0003, 4);
    bench.setRegister(15, RAM);
    bench.setRegister(1, NOP);
    bench.setRegister(2, RAM + 2);
    bench.setRegister(3, 0);
    bench.core.debugWrite(0xe000_edf0, 0xa05f_0000, 4);
    bench.core.run(bench.core.cycles + 20);
    bench.setRegister(1, 0x3301); // ADDS r3, #1
    bench.core.run(bench.core.cycles + 20);
    expect(bench.register(3)).toBeGreaterThan(1);
  });

  test('the alias at 0 follows MEM_MODE at once', () => {
    const bench = createTestBench();
    bench.put(RAM + 0x200, 0x2007, BRANCH_SELF);
    bench.put(RESET, 0x2005, BRANCH_SELF);
    const runAtZero = (): number => {
      bench.core.debugWrite(0xe000_edf0, 0xa05f_0003, 4);
      bench.setRegister(15, 0x200);
      bench.core.debugWrite(0xe000_edf0, 0xa05f_0000, 4);
      bench.core.run(bench.core.cycles + 5);
      return bench.register(0);
    };
    expect(runAtZero()).toBe(5);
    bench.bus.setAlias(bench.ram);
    expect(runAtZero()).toBe(7);
    expect(bench.core.debugRead(0x200, 2)).toBe(0x2007);
  });
});

describe('determinism', () => {
  test('equal histories give equal snapshots, whatever the slices were', () => {
    const snapshots = [1000, 7].map((slice) => {
      const bench = createTestBench();
      bench.put(RESET, 0x3001, 0x0041, 0x4048, 0xe7fb); // a loop that changes registers and flags
      bench.core.debugWrite(SYST_RVR, 99, 4);
      bench.core.debugWrite(SYST_CVR, 0, 4);
      bench.core.debugWrite(SYST_CSR, 7, 4);
      bench.put(handlerOf(15), BX_LR);
      while (bench.core.cycles < 1000) bench.core.run(Math.min(1000, bench.core.cycles + slice));
      return [bench.core.cycles, ...bench.core.snapshot()];
    });
    expect(snapshots[0]!.length).toBeGreaterThan(30);
    expect(snapshots[1]).toEqual(snapshots[0]);
  });
});

describe('polling loops', () => {
  function loopBench(...code: number[]) {
    const bench = createTestBench();
    let quiet = true;
    bench.bus.addDevice(0x4000_0000, 8, {
      read: () => 0,
      write: () => undefined,
      quietRead: () => quiet,
      quietWrite: (offset) => offset === 4,
    });
    bench.put(RESET, ...code);
    bench.setRegister(0, 0x4000_0000);
    bench.setRegister(1, 0);
    bench.setRegister(3, RAM + 0x40);
    bench.core.run(bench.core.cycles + 40);
    bench.runTo(RESET);
    return { ...bench, setQuiet: (value: boolean) => (quiet = value) };
  }
  const POLL = [0x6801, 0x2900, 0xd0fc]; // LDR r1, [r0]; CMP r1, #0; BEQ back

  test('a loop on a quiet register is one, with its cycles; nothing has changed after the look', () => {
    const { core, register } = loopBench(...POLL);
    const before = [core.cycles, core.pc, register(1), register(16)];
    expect(core.pollingLoopCycles(16)).toBe(5);
    expect([core.cycles, core.pc, register(1), register(16)]).toEqual(before);
  });

  test('a register that is not quiet makes it none', () => {
    const bench = loopBench(...POLL);
    bench.setQuiet(false);
    expect(bench.core.pollingLoopCycles(16)).toBe(0);
  });

  test('a counter in the loop makes it none', () => {
    expect(loopBench(0x6801, 0x3201, 0x2900, 0xd0fb).core.pollingLoopCycles(16)).toBe(0);
  });

  test('a store of what is there already is quiet, another is not', () => {
    const storing = [0x6019, ...POLL.slice(0, 2), 0xd0fb]; // STR r1, [r3] ...
    const bench = loopBench(...storing);
    expect(bench.core.pollingLoopCycles(16)).toBe(7);
    bench.setWord(RAM + 0x40, 1);
    expect(bench.core.pollingLoopCycles(16)).toBe(0);
    expect(bench.word(RAM + 0x40)).toBe(1);
  });

  test('a write that the device calls quiet does not count (watchdog refresh)', () => {
    expect(loopBench(0x6041, ...POLL.slice(0, 2), 0xd0fb).core.pollingLoopCycles(16)).toBe(7);
  });

  test('SysTick in the loop makes it none', () => {
    const bench = loopBench(...POLL);
    bench.setRegister(0, SYST_CVR);
    expect(bench.core.pollingLoopCycles(16)).toBe(0);
  });

  test('a pending interrupt ends the search', () => {
    const bench = loopBench(...POLL);
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    bench.core.setIrq(0, true);
    expect(bench.core.pollingLoopCycles(16)).toBe(0);
    expect(bench.word(ICSR) & 0x3f).toBe(0);
  });

  test('a core that waits for the bus is a loop of one cycle', () => {
    const bench = loopBench(...POLL);
    bench.bus.setStalled(bench.flash, true);
    expect(bench.core.pollingLoopCycles(16)).toBe(1);
  });
});
