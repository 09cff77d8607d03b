import { describe, expect, test } from '@jest/globals';
import {
  AIRCR,
  BRANCH_SELF,
  BX_LR,
  createTestBench,
  DCRDR,
  DCRSR,
  DEMCR,
  DFSR,
  DHCSR,
  handlerOf,
  irq,
  NOP,
  NVIC_ISER,
  RAM,
  RESET,
  STACK,
  SVC,
  type TestBench,
  WFI,
} from './test-bench.ts';

const S_HALT = 1 << 17;
const S_SLEEP = 1 << 18;
const S_LOCKUP = 1 << 19;
const S_RETIRE_ST = 1 << 24;
const S_RESET_ST = 1 << 25;

const FP_CTRL = 0xe000_2000;
const FP_COMP0 = 0xe000_2008;
const DWT_COMP0 = 0xe000_1020;
const DWT_FUNCTION0 = 0xe000_1028;
const DWT_PCSR = 0xe000_101c;

const run = (bench: TestBench) => bench.core.debugWrite(DHCSR, 0xa05f_0001, 4);
const halt = (bench: TestBench) => bench.core.debugWrite(DHCSR, 0xa05f_0003, 4);
const step = (bench: TestBench, maskInterrupts = false) => {
  // As a probe does it: set the mask while halted, step, then halt again.
  const mask = maskInterrupts ? 8 : 0;
  for (const control of [3, 5, 3]) bench.core.debugWrite(DHCSR, 0xa05f_0000 | control | mask, 4);
};
const status = (bench: TestBench) => bench.core.debugRead(DHCSR, 4);

describe('DHCSR (ARMv6-M C1.6)', () => {
  test('without the key nothing is written', () => {
    const bench = createTestBench();
    bench.core.debugWrite(DHCSR, 3, 4);
    expect(bench.core.halted).toBe(false);
  });

  test('C_HALT halts at once, clearing it runs on', () => {
    const bench = createTestBench();
    bench.put(RESET, NOP, NOP, BRANCH_SELF);
    halt(bench);
    expect(status(bench) & S_HALT).toBe(S_HALT);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('halt');
    expect(bench.core.pc).toBe(RESET);
    run(bench);
    bench.core.run(bench.core.cycles + 10);
    expect(bench.core.pc).toBe(RESET + 4);
  });

  test('S_RESET_ST and S_RETIRE_ST are sticky and clear when read', () => {
    const bench = createTestBench();
    expect(status(bench) & S_RESET_ST).toBe(S_RESET_ST);
    expect(status(bench) & (S_RESET_ST | S_RETIRE_ST)).toBe(0);
    bench.core.run(bench.core.cycles + 10);
    expect(status(bench) & S_RETIRE_ST).toBe(S_RETIRE_ST);
    expect(status(bench) & S_RETIRE_ST).toBe(0);
  });

  test('clearing C_DEBUGEN lets a halted core go', () => {
    const bench = createTestBench();
    halt(bench);
    bench.core.debugWrite(DHCSR, 0xa05f_0000, 4);
    expect(bench.core.halted).toBe(false);
  });

  test('the program reads zero from debug registers and cannot write them', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6001, 0x6802, BRANCH_SELF); // STR r1, [r0]; LDR r2, [r0]
    bench.setRegister(0, DHCSR);
    bench.setRegister(1, 0xa05f_0003);
    bench.setRegister(2, 77);
    bench.runTo(RESET + 4);
    expect(bench.core.halted).toBe(false);
    expect(bench.register(2)).toBe(0);
  });

  test('S_SLEEP shows WFI; a halt ends the sleep', () => {
    const bench = createTestBench();
    bench.put(RESET, WFI, BRANCH_SELF);
    bench.core.run(bench.core.cycles + 10);
    expect(status(bench) & S_SLEEP).toBe(S_SLEEP);
    halt(bench);
    expect(status(bench) & (S_SLEEP | S_HALT)).toBe(S_HALT);
    expect(bench.core.pc).toBe(RESET + 2);
  });

  test('a core in lockup shows S_LOCKUP, can be halted and led out by a new PC', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xde00);
    bench.put(handlerOf(3), 0xde00);
    bench.runTo(0);
    expect(status(bench) & S_LOCKUP).toBe(S_LOCKUP);
    halt(bench);
    expect(bench.register(15)).toBe(0xffff_fffe);
    bench.put(RAM, BRANCH_SELF);
    bench.setRegister(15, RAM);
    run(bench);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('limit');
    expect(bench.core.pc).toBe(RAM);
  });
});

describe('stepping', () => {
  test('one instruction, complete when the write returns', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x3001, 0x3001, BRANCH_SELF); // ADDS r0, #1
    bench.setRegister(0, 0);
    halt(bench);
    step(bench);
    expect([bench.core.pc, bench.register(0), bench.core.halted]).toEqual([RESET + 2, 1, true]);
    step(bench);
    expect([bench.core.pc, bench.register(0)]).toEqual([RESET + 4, 2]);
  });

  test('over SVC ends at the first instruction of the handler', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    halt(bench);
    step(bench);
    expect(bench.core.pc).toBe(handlerOf(11));
    expect(bench.register(13)).toBe(STACK - 32);
  });

  test('a pending interrupt is entered, unless C_MASKINTS hides it', () => {
    for (const [masked, pc] of [
      [false, handlerOf(irq(0))],
      [true, RESET + 2],
    ] as const) {
      const bench = createTestBench();
      bench.put(RESET, NOP, NOP);
      halt(bench);
      bench.core.debugWrite(NVIC_ISER, 1, 4);
      bench.core.setIrq(0, true);
      step(bench, masked);
      expect(bench.core.pc).toBe(pc);
    }
  });
});

describe('core registers by DCRSR (C1.6)', () => {
  test('MSP, PSP, xPSR, CONTROL and PRIMASK', () => {
    const bench = createTestBench();
    halt(bench);
    bench.setRegister(18, RAM + 0x102);
    bench.setRegister(20, 0x0200_0001);
    bench.setRegister(16, 0x8100_0000);
    expect([13, 16, 17, 18, 20].map(bench.register)).toEqual([
      RAM + 0x100,
      0x8100_0000,
      STACK,
      RAM + 0x100,
      0x0200_0001,
    ]);
  });

  test('a running core ignores DCRSR', () => {
    const bench = createTestBench();
    bench.core.debugWrite(DCRDR, 0x55, 4);
    bench.core.debugWrite(DCRSR, 0x1_0000, 4);
    expect(bench.register(0)).toBe(0);
  });
});

describe('breakpoints (C1.9, BKPT)', () => {
  test('four comparators, matching the upper or lower halfword', () => {
    const bench = createTestBench();
    expect(bench.word(FP_CTRL)).toBe(0x40);
    bench.put(RESET, NOP, NOP, NOP, BRANCH_SELF);
    run(bench);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.core.debugWrite(FP_COMP0, (RESET | 0x8000_0001) >>> 0, 4); // upper halfword: RESET + 2
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 2);
    expect(bench.word(DFSR)).toBe(2);
    bench.core.debugWrite(DFSR, 2, 4);
    expect(bench.word(DFSR)).toBe(0);
    // It matches again until it is disabled.
    run(bench);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 2);
    bench.core.debugWrite(FP_COMP0, 0, 4);
    run(bench);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('limit');
  });

  test('a comparator on the alias at 0 does not stop code at its own address, and the other way round', () => {
    const bench = createTestBench();
    bench.put(RESET, NOP, NOP, BRANCH_SELF);
    run(bench);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.core.debugWrite(FP_COMP0, (RESET - 0x0800_0000) | 0x4000_0001, 4);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('limit');
    halt(bench);
    bench.setRegister(15, RESET - 0x0800_0000);
    run(bench);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET - 0x0800_0000);
  });

  test('survive a rewrite of the flash under them', () => {
    const bench = createTestBench();
    run(bench);
    bench.core.debugWrite(FP_CTRL, 3, 4);
    bench.core.debugWrite(FP_COMP0, (RESET + 4) | 0x4000_0001, 4);
    bench.put(RESET, NOP, NOP, NOP, BRANCH_SELF);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 4);
  });

  test('BKPT halts on itself while debugging is enabled', () => {
    const bench = createTestBench();
    bench.put(RESET, NOP, 0xbe00);
    run(bench);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 2);
  });
});

describe('DWT (C1.8)', () => {
  test('a data comparator halts behind the access', () => {
    const bench = createTestBench();
    bench.put(RESET, NOP, 0x6008, NOP, BRANCH_SELF); // STR r0, [r1]
    bench.setRegister(1, RAM + 0x20);
    bench.core.debugWrite(DFSR, 0x1f, 4);
    run(bench);
    bench.core.debugWrite(DEMCR, 0x0100_0000, 4);
    bench.core.debugWrite(DWT_COMP0, RAM + 0x20, 4);
    bench.core.debugWrite(DWT_FUNCTION0, 6, 4);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 4);
    expect(bench.word(DFSR)).toBe(4);
    expect(bench.word(DWT_FUNCTION0)).toBe(0x0100_0006);
  });

  test('a write comparator does not see reads', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6808, BRANCH_SELF);
    bench.setRegister(1, RAM + 0x20);
    run(bench);
    bench.core.debugWrite(DEMCR, 0x0100_0000, 4);
    bench.core.debugWrite(DWT_COMP0, RAM + 0x20, 4);
    bench.core.debugWrite(DWT_FUNCTION0, 6, 4);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('limit');
  });

  test('an instruction comparator halts before the instruction', () => {
    const bench = createTestBench();
    bench.put(RESET, NOP, NOP, NOP, BRANCH_SELF);
    run(bench);
    bench.core.debugWrite(DEMCR, 0x0100_0000, 4);
    bench.core.debugWrite(DWT_COMP0, RESET + 4, 4);
    bench.core.debugWrite(DWT_FUNCTION0, 4, 4);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(RESET + 4);
  });

  test('PCSR samples a running core only', () => {
    const bench = createTestBench();
    bench.core.debugWrite(DEMCR, 0x0100_0000, 4);
    bench.core.run(bench.core.cycles + 10);
    expect(bench.word(DWT_PCSR)).toBe(RESET);
    halt(bench);
    expect(bench.word(DWT_PCSR)).toBe(0xffff_ffff);
  });
});

describe('vector catch and reset', () => {
  test('VC_CORERESET halts before the first instruction', () => {
    const bench = createTestBench();
    run(bench);
    bench.core.debugWrite(DEMCR, 1, 4);
    bench.core.reset('system');
    expect(bench.core.run(bench.core.cycles + 10)).toBe('halt');
    expect([bench.core.pc, bench.register(13), bench.word(DFSR)]).toEqual([RESET, STACK, 8]);
  });

  test('VC_HARDERR halts at the HardFault handler', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xde00);
    run(bench);
    bench.core.debugWrite(DEMCR, 0x400, 4);
    expect(bench.core.run(bench.core.cycles + 50)).toBe('halt');
    expect(bench.core.pc).toBe(handlerOf(3));
  });

  test('debug registers survive a system reset and not a power cycle', () => {
    const bench = createTestBench();
    bench.core.debugWrite(DEMCR, 0x0100_0401, 4);
    bench.core.debugWrite(FP_COMP0, 0x4800_0001, 4);
    bench.core.reset('system');
    expect([bench.word(DEMCR), bench.word(FP_COMP0)]).toEqual([0x0100_0401, 0x4800_0001]);
    bench.core.reset('power');
    expect([bench.word(DEMCR), bench.word(FP_COMP0)]).toEqual([0, 0]);
  });

  test('while NRST is low the debug registers are written, and the halt happens on release', () => {
    const bench = createTestBench();
    bench.core.run(bench.core.cycles + 10);
    bench.core.holdInReset(true);
    halt(bench);
    bench.core.debugWrite(DEMCR, 1, 4);
    expect(status(bench) & (S_HALT | S_RESET_ST)).toBe(S_RESET_ST);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('halt');
    bench.core.reset('system');
    bench.core.holdInReset(false);
    expect(status(bench) & S_HALT).toBe(S_HALT);
    expect(bench.core.pc).toBe(RESET);
  });

  test('SYSRESETREQ from the debug port calls the board', () => {
    let resets = 0;
    const bench = createTestBench({ onSystemReset: () => resets++ });
    bench.core.debugWrite(AIRCR, 0x05fa_0004, 4);
    expect(resets).toBe(1);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('limit');
  });
});

describe('what a debugger looks for', () => {
  test('CPUID, ROM table, DWT and component ids', () => {
    const bench = createTestBench();
    expect([0xe000_ed00, 0xe00f_f000, 0xe000_1000, 0xe00f_fff4, 0xe000_efe0].map(bench.word)).toEqual([
      0x410c_c601, 0xfff0_f003, 0x2000_0000, 0x10, 0x08,
    ]);
  });

  test('an unmapped address is a bus fault', () => {
    expect(() => createTestBench().core.debugRead(0x3000_0000, 4)).toThrow('bus fault at 0x30000000');
  });

  test('a write to RAM changes code that has been executed there', () => {
    const bench = createTestBench();
    bench.put(RAM, NOP, BX_LR);
    halt(bench);
    bench.setRegister(15, RAM);
    step(bench);
    bench.core.debugWrite(RAM, 0x4770_3001, 4);
    bench.setRegister(15, RAM);
    bench.setRegister(0, 0);
    step(bench);
    expect(bench.register(0)).toBe(1);
  });
});
