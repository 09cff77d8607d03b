import { describe, expect, test } from '@jest/globals';
import { BRANCH_SELF, createTestBench, DHCSR, FLASH, handlerOf, NOP, RAM, RESET, SYST_CVR } from '../test-bench.ts';

function benchWith(...code: readonly number[]) {
  const bench = createTestBench({ processor: 'cortex-m4' });
  bench.put(RESET, ...code);
  bench.core.run(bench.core.cycles + 1);
  return bench;
}

describe('polling loops of ARMv7-M', () => {
  const loops: [string, number[], number][] = [
    ['LDR.W, TST.W and BNE.W', [0xf8d1, 0x2100, 0xf012, 0x0f01, 0xf43f, 0xaffa], 0x100],
    ['an IT block', [0x680a, 0x2a00, 0xbf08, 0x2300, 0xd0fa], 0x200],
    ['CBZ', [0x680a, 0xb902, 0xe7fc], 0x200],
  ];
  test.each(loops)('%s is recognised, and leaves no trace', (_name, code, offset) => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, ...code, BRANCH_SELF);
    bench.setRegister(1, RAM + offset);
    bench.core.run(bench.core.cycles + 60);
    const before = bench.core.snapshot();
    const period = bench.core.pollingLoopCycles(32);
    expect(period).toBeGreaterThan(3);
    expect(bench.core.snapshot()).toEqual(before);
  });

  test.each([
    ['Q changes nothing more after the first round', [0xfa82, 0xf081, 0xe7fc], true],
    ['a counter in r0 goes on', [0xf100, 0x0001, 0xe7fc], false],
    ['STREX has a side effect', [0xe851, 0x0f00, 0xe841, 0x2300, 0xe7fa], false],
    ['SysTick’s counter is not quiet', [0x6808, 0xe7fd], false],
  ])('%s', (_name, code, found) => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, ...code);
    bench.setRegister(1, code[0] === 0x6808 ? SYST_CVR : RAM + 0x100);
    bench.setRegister(2, 0x7fff_ffff);
    bench.core.run(bench.core.cycles + 40);
    expect(bench.core.pollingLoopCycles(16) > 0).toBe(found);
  });
});

describe('predecoded code', () => {
  test('a store into code of RAM takes effect, in the second half of an instruction too', () => {
    const code = RAM + 0x200;
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, 0x4708); // BX r1
    bench.put(code, 0xf04f, 0x0001, 0x8013, 0x4720); // MOV.W r0, #1; STRH r3, [r2]; BX r4
    bench.setRegister(1, code | 1);
    bench.setRegister(2, code + 2);
    bench.setRegister(3, 0x0007);
    bench.setRegister(4, code | 1);
    bench.runTo(code + 6);
    expect(bench.register(0)).toBe(1);
    bench.runTo(code);
    bench.runTo(code + 4);
    expect(bench.register(0)).toBe(7);
  });

  test('an instruction acts by its place: in an IT block without flags, outside with them', () => {
    // IT AL; ADD r0, #0 (no flags), reached again by a branch to the ADD alone
    const bench = createTestBench({ processor: 'cortex-m4' });
    bench.put(RESET, 0xbfe8, 0x3000, 0x4708);
    bench.setRegister(0, 0);
    bench.setRegister(1, RESET + 3);
    bench.setRegister(16, 0x0100_0000);
    bench.runTo(RESET + 4);
    expect(bench.register(16) >>> 28).toBe(0);
    bench.runTo(RESET + 2);
    bench.runTo(RESET + 4);
    expect(bench.register(16) >>> 28).toBe(4);
  });

  test('code crosses from one memory into the next', () => {
    const bench = createTestBench({ processor: 'cortex-m4' });
    const next = bench.bus.addMemory({ name: 'next', base: FLASH + 0x1_0000, size: 0x100 });
    next.halfwords.fill(NOP);
    bench.put(FLASH + 0xfffe, NOP);
    bench.put(RESET, 0x4708);
    bench.setRegister(1, FLASH + 0xffff);
    bench.runTo(FLASH + 0x1_0004);
    expect(bench.core.pc).toBe(FLASH + 0x1_0004);
  });
});

test('the snapshot tells apart what only ARMv7-M has', () => {
  const base = benchWith(BRANCH_SELF).core.snapshot();
  const changes: ((bench: ReturnType<typeof benchWith>) => void)[] = [
    (bench) => bench.core.debugWrite(0xe000_ed14, 0x208, 4),
    (bench) => bench.core.debugWrite(0xe000_ed88, 0x00f0_0000, 4),
    (bench) => bench.core.debugWrite(0xe004_0010, 7, 4),
    (bench) => bench.setRegister(0x45, 1),
    (bench) => bench.setRegister(20, 0x4000),
  ];
  for (const change of changes) {
    const bench = benchWith(BRANCH_SELF);
    change(bench);
    bench.core.debugWrite(DHCSR, 0xa05f_0000, 4);
    expect(bench.core.snapshot()).not.toEqual(base);
  }
});

test('a reset restores what ARMv7-M defines (B3.2)', () => {
  const bench = benchWith(0xde00);
  bench.runTo(handlerOf(3));
  expect(bench.word(0xe000_ed28)).toBe(0x1_0000);
  bench.core.debugWrite(0xe000_ed14, 0, 4);
  bench.core.reset('system');
  expect([bench.word(0xe000_ed28), bench.word(0xe000_ed2c), bench.word(0xe000_ed14)]).toEqual([0, 0, 0x200]);
});
