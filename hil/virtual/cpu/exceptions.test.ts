import { describe, expect, test } from '@jest/globals';
import {
  AIRCR,
  BRANCH_SELF,
  BX_LR,
  CPSID,
  createTestBench,
  handlerOf,
  ICSR,
  irq,
  NOP,
  NVIC_ICPR,
  NVIC_IPR0,
  NVIC_ISER,
  NVIC_ISPR,
  RAM,
  RESET,
  SCR,
  SHPR2,
  STACK,
  SVC,
  VTOR,
} from './test-bench.ts';

const HARD_FAULT = 3;
const SV_CALL = 11;

describe('exception entry (ARMv6-M B1.5)', () => {
  test.each([
    ['an aligned stack', STACK, STACK - 32, 0],
    ['a stack aligned to 4 only', STACK - 4, STACK - 40, 0x200],
  ])('stacks eight words at an 8-byte boundary from %s, and undoes it on return', (_name, sp, frame, bit9) => {
    const bench = createTestBench();
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(SV_CALL), BX_LR);
    [0, 1, 2, 3, 12, 14].forEach((register) => {
      bench.setRegister(register, 0x1000 + register);
    });
    bench.setRegister(13, sp);
    bench.setRegister(16, 0xf100_0000);
    bench.runTo(handlerOf(SV_CALL));
    expect(bench.register(13)).toBe(frame);
    expect(bench.register(14)).toBe(0xffff_fff9);
    const stacked = Array.from({ length: 8 }, (_, i) => bench.word(frame + 4 * i));
    expect(stacked).toEqual([0x1000, 0x1001, 0x1002, 0x1003, 0x100c, 0x100e, RESET + 2, 0xf100_0000 + bit9]);
    bench.runTo(RESET + 2);
    expect(bench.register(13)).toBe(sp);
    expect(bench.register(16)).toBe(0xf100_0000);
  });

  test('from thread mode on PSP: frame on PSP, handler on MSP, EXC_RETURN 0xFFFFFFFD', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC, BRANCH_SELF);
    bench.put(handlerOf(SV_CALL), BX_LR);
    bench.setRegister(18, RAM + 0x800);
    bench.setRegister(20, 0x0200_0000);
    bench.runTo(handlerOf(SV_CALL));
    expect(bench.register(14)).toBe(0xffff_fffd);
    expect(bench.register(13)).toBe(STACK);
    expect(bench.register(18)).toBe(RAM + 0x800 - 32);
    bench.runTo(RESET + 2);
    expect(bench.register(20)).toBe(0x0200_0000);
    expect(bench.register(13)).toBe(RAM + 0x800);
  });

  test('a fault while stacking becomes HardFault', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.setRegister(13, 0x1000_0000);
    bench.setRegister(18, 0x1000_0000);
    bench.setRegister(17, STACK);
    bench.setRegister(20, 0x0200_0000);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.core.pc).toBe(handlerOf(HARD_FAULT));
    expect(bench.ipsr()).toBe(HARD_FAULT);
  });
});

describe('vector table (B3.2 VTOR)', () => {
  test('bits 31:8 count on STM32G0', () => {
    const bench = createTestBench();
    bench.core.debugWrite(VTOR, 0x2000_01ff, 4);
    expect(bench.word(VTOR)).toBe(0x2000_0100);
  });

  test('exceptions run through whatever VTOR points to', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.put(RAM + 0x800, BRANCH_SELF);
    bench.setWord(RAM + 0x100 + 4 * SV_CALL, RAM + 0x801);
    bench.core.debugWrite(VTOR, RAM + 0x100, 4);
    bench.runTo(RAM + 0x800);
    expect(bench.core.pc).toBe(RAM + 0x800);
    expect(bench.ipsr()).toBe(SV_CALL);
  });

  test('an even vector enters the handler with T clear: HardFault with that PC', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.setWord(0x0800_0000 + 4 * SV_CALL, handlerOf(SV_CALL));
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.word(bench.register(13) + 24)).toBe(handlerOf(SV_CALL));
  });

  test('an unreadable vector is HardFault instead', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    // HardFault's vector is the last word of this table, SVCall's lies beyond.
    const small = bench.bus.addMemory({ name: 'small', base: 0x1000_0000, size: 16 });
    small.words[3] = handlerOf(HARD_FAULT) | 1;
    bench.core.debugWrite(VTOR, 0x1000_0000, 4);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.ipsr()).toBe(HARD_FAULT);
  });

  test('an unreadable HardFault vector locks up', () => {
    const bench = createTestBench();
    bench.put(RESET, SVC);
    bench.core.debugWrite(VTOR, 0x1000_0000, 4);
    expect(bench.runTo(0)).toBe('lockup');
  });
});

describe('execution state (B1.3 EPSR.T)', () => {
  test('BX to an even address faults with the target as PC and T clear in the frame', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x4700);
    bench.setRegister(0, 0x0800_0300);
    bench.runTo(handlerOf(HARD_FAULT));
    const frame = bench.register(13);
    expect(bench.word(frame + 24)).toBe(0x0800_0300);
    expect(bench.word(frame + 28) & 0x0100_0000).toBe(0);
  });

  test('BLX to an even address has set LR already', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x4780);
    bench.setRegister(0, 0x0800_0300);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.word(bench.register(13) + 20)).toBe(RESET + 3);
  });

  test('an even reset vector faults at once', () => {
    const bench = createTestBench();
    bench.setWord(0x0800_0004, RESET);
    bench.core.reset('system');
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.word(bench.register(13) + 24)).toBe(RESET);
  });

  test.each([
    ['unmapped memory', 0x1000_0001, 0x1000_0000],
    ['the peripheral region (execute never)', 0x4000_0001, 0x4000_0000],
    ['the private peripheral bus', 0xe000_e101, 0xe000_e100],
    ['an EXC_RETURN value in thread mode', 0xffff_fff9, 0xffff_fff8],
  ])('a branch to %s faults at the target', (_name, target, pc) => {
    const bench = createTestBench();
    bench.put(RESET, 0x4700);
    bench.setRegister(0, target);
    bench.runTo(handlerOf(HARD_FAULT));
    const frame = bench.register(13);
    expect(bench.word(frame + 24)).toBe(pc);
    expect(bench.word(frame + 28) & 0x0100_0000).not.toBe(0);
  });
});

describe('faults (B1.5)', () => {
  test.each([
    ['UDF', 0xde00, 0],
    ['an undefined encoding (CBZ is not ARMv6-M)', 0xb100, 0],
    ['an unaligned load', 0x6800, RAM + 2],
    ['an unmapped load', 0x6800, 0x3000_0000],
    ['a store to flash without a programming handler', 0x6000, 0x0800_0000],
    ['BKPT without a debugger', 0xbe00, 0],
  ])('%s is HardFault, the frame names the instruction', (_name, opcode, r0) => {
    const bench = createTestBench();
    bench.put(RESET, NOP, opcode);
    bench.setRegister(0, r0);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.ipsr()).toBe(HARD_FAULT);
    expect(bench.word(bench.register(13) + 24)).toBe(RESET + 2);
  });

  test('SVC that cannot preempt is HardFault of the SVC instruction', () => {
    const bench = createTestBench();
    bench.put(RESET, CPSID, SVC);
    bench.runTo(handlerOf(HARD_FAULT));
    expect(bench.word(bench.register(13) + 24)).toBe(RESET + 2);
  });

  test('a fault in HardFault locks up with the PC at 0xFFFFFFFE', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xde00);
    bench.put(handlerOf(HARD_FAULT), 0xde00);
    expect(bench.runTo(0)).toBe('lockup');
    expect(bench.core.pc).toBe(0xffff_fffe);
  });

  test('NMI leads out of a lockup in HardFault', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xde00);
    bench.put(handlerOf(HARD_FAULT), 0xde00);
    bench.runTo(0);
    bench.core.pendNmi();
    bench.runTo(handlerOf(2));
    expect(bench.core.lockup).toBe(false);
    expect(bench.ipsr()).toBe(2);
  });

  test('a blank vector table locks up by itself', () => {
    const bench = createTestBench();
    bench.flash.bytes.fill(0xff);
    bench.bus.invalidate(bench.flash, 0, bench.flash.size);
    bench.core.reset('system');
    expect(bench.core.run(bench.core.cycles + 100)).toBe('lockup');
  });
});

describe('priorities (B1.5, B3.4)', () => {
  test('two bits of priority are implemented', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_IPR0, 0xffff_ffff, 4);
    bench.core.debugWrite(SHPR2, 0xffff_ffff, 4);
    expect(bench.word(NVIC_IPR0)).toBe(0xc0c0_c0c0);
    expect(bench.word(SHPR2)).toBe(0xc000_0000);
  });

  test('the lower priority value goes first, the lower number among equals', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_IPR0, 0x0040_4080, 4); // IRQ0 0x80, IRQ1 0x40, IRQ2 0x40
    bench.core.debugWrite(NVIC_ISER, 7, 4);
    bench.core.debugWrite(NVIC_ISPR, 7, 4);
    const order: number[] = [];
    for (const line of [0, 1, 2]) bench.put(handlerOf(irq(line)), NOP, BX_LR);
    for (let i = 0; i < 60; i++) {
      bench.core.run(bench.core.cycles + 1);
      const active = bench.ipsr();
      if (active !== order.at(-1)) order.push(active);
    }
    expect(order.filter((exception) => exception !== 0)).toEqual([irq(1), irq(2), irq(0)]);
  });

  test('an equal priority does not preempt, a higher one does', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_IPR0, 0x0040_8080, 4); // IRQ2 0x40
    bench.core.debugWrite(NVIC_ISER, 7, 4);
    bench.core.setIrq(0, true);
    bench.runTo(handlerOf(irq(0)));
    bench.core.setIrq(1, true);
    bench.core.run(bench.core.cycles + 50);
    expect(bench.ipsr()).toBe(irq(0));
    bench.core.setIrq(2, true);
    bench.runTo(handlerOf(irq(2)));
    expect(bench.ipsr()).toBe(irq(2));
    expect(bench.register(14)).toBe(0xffff_fff1);
  });

  test('PRIMASK holds interrupts back and lets NMI through', () => {
    const bench = createTestBench();
    bench.setRegister(20, 1);
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    bench.core.setIrq(0, true);
    bench.core.run(bench.core.cycles + 50);
    expect(bench.ipsr()).toBe(0);
    bench.core.pendNmi();
    bench.core.run(bench.core.cycles + 50);
    expect(bench.ipsr()).toBe(2);
  });

  test('CPSIE takes what was pending before the next instruction', () => {
    const bench = createTestBench();
    bench.put(RESET, 0xb662, NOP);
    bench.setRegister(20, 1);
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    bench.core.setIrq(0, true);
    bench.runTo(handlerOf(irq(0)));
    expect(bench.word(bench.register(13) + 24)).toBe(RESET + 2);
  });
});

describe('tail-chaining and late arrival (B1.5)', () => {
  test('a pending exception follows without unstacking', () => {
    const bench = createTestBench();
    bench.put(handlerOf(irq(0)), BX_LR);
    bench.core.debugWrite(NVIC_ISER, 3, 4);
    bench.core.debugWrite(NVIC_ISPR, 3, 4);
    bench.runTo(handlerOf(irq(0)));
    const frame = bench.register(13);
    bench.setWord(frame, 0xdead_beef); // r0 of the frame: would be loaded by an unstacking
    const before = bench.core.cycles;
    bench.runTo(handlerOf(irq(1)));
    expect(bench.register(13)).toBe(frame);
    expect(bench.register(14)).toBe(0xffff_fff9);
    expect(bench.register(0)).not.toBe(0xdead_beef);
    expect(bench.core.cycles - before).toBeLessThan(15);
  });

  test('a more urgent exception that arrives during stacking is entered first, over one frame', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_IPR0, 0x0000_0080, 4); // IRQ0 0x80, IRQ1 0
    bench.core.debugWrite(NVIC_ISER, 3, 4);
    bench.core.setIrq(0, true);
    bench.core.run(bench.core.cycles + 1); // stacking has begun
    bench.core.setIrq(1, true);
    bench.runTo(handlerOf(irq(1)));
    expect(bench.ipsr()).toBe(irq(1));
    expect(bench.register(13)).toBe(STACK - 32);
    expect(bench.register(14)).toBe(0xffff_fff9);
  });

  test('entry takes 15 cycles (Cortex-M0+ TRM)', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_ISER, 1, 4);
    bench.core.setIrq(0, true);
    const before = bench.core.cycles;
    bench.runTo(handlerOf(irq(0)));
    expect(bench.core.cycles - before).toBe(15);
  });
});

describe('interrupt lines (B3.4)', () => {
  test('a line still high when its handler returns pends again', () => {
    const bench = createTestBench();
    bench.put(handlerOf(irq(3)), BX_LR);
    bench.core.debugWrite(NVIC_ISER, 8, 4);
    bench.core.setIrq(3, true);
    bench.runTo(handlerOf(irq(3)));
    bench.core.run(bench.core.cycles + 3);
    bench.runTo(handlerOf(irq(3)));
    expect(bench.ipsr()).toBe(irq(3));
    bench.core.setIrq(3, false);
    bench.runTo(RESET);
    bench.core.run(bench.core.cycles + 100);
    expect(bench.ipsr()).toBe(0);
  });

  test('a pulse stays pending until it is cleared; ICPR cannot clear a line that is high', () => {
    const bench = createTestBench();
    bench.core.setIrq(5, true);
    bench.core.debugWrite(NVIC_ICPR, 0x20, 4);
    expect(bench.word(NVIC_ISPR)).toBe(0x20);
    bench.core.setIrq(5, false);
    expect(bench.word(NVIC_ISPR)).toBe(0x20);
    bench.core.debugWrite(NVIC_ICPR, 0x20, 4);
    expect(bench.word(NVIC_ISPR)).toBe(0);
  });

  test('line 31 is exception 47', () => {
    const bench = createTestBench();
    bench.core.debugWrite(NVIC_ISER, 0x8000_0000, 4);
    bench.core.setIrq(31, true);
    expect(bench.word(ICSR)).toBe((47 << 12) | (1 << 22) | (1 << 23)); // VECTPENDING, ISRPENDING, ISRPREEMPT;
    bench.runTo(handlerOf(47));
    expect(bench.ipsr()).toBe(47);
  });
});

describe('reset (B1.5, B3.2 AIRCR)', () => {
  test('a program that writes SYSRESETREQ with the key asks the board for a reset', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6001, BRANCH_SELF); // STR r1, [r0]
    bench.setRegister(0, AIRCR);
    bench.setRegister(1, 0x05fa_0004);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('reset');
  });

  test('without the key nothing happens', () => {
    const bench = createTestBench();
    bench.put(RESET, 0x6001, BRANCH_SELF);
    bench.setRegister(0, AIRCR);
    bench.setRegister(1, 4);
    expect(bench.core.run(bench.core.cycles + 10)).toBe('limit');
  });

  test('system registers go back, LR is 0xFFFFFFFF, MSP and PC come from address 0', () => {
    const bench = createTestBench();
    bench.core.debugWrite(VTOR, RAM, 4);
    bench.core.debugWrite(NVIC_ISER, 0xff, 4);
    bench.core.debugWrite(SCR, 4, 4);
    bench.setRegister(20, 0x0200_0001);
    bench.core.reset('system');
    expect([VTOR, NVIC_ISER, SCR].map(bench.word)).toEqual([0, 0, 0]);
    expect([13, 14, 15, 20].map(bench.register)).toEqual([STACK, 0xffff_ffff, RESET, 0]);
  });
});
