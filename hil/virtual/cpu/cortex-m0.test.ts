import { describe, expect, test } from '@jest/globals';
import { createTestBench, FLASH, handlerOf, RAM, RESET, SVC, VTOR } from './test-bench.ts';

describe('Cortex-M0 (STM32F0): what it lacks against the Cortex-M0+', () => {
  const bench = () => createTestBench({ processor: 'cortex-m0' });

  test.each([
    ['CPUID r0p0', 0xe000_ed00, 0x410c_c200],
    ['no MPU', 0xe000_ed90, 0],
    ['4 breakpoint comparators', 0xe000_2000, 0x40],
    ['2 watchpoint comparators', 0xe000_1000, 0x2000_0000],
    ['its own ROM table', 0xe00f_ffe0, 0x71],
  ])('%s', (_name, address, value) => {
    expect(bench().word(address)).toBe(value);
  });

  test('VTOR reads 0 and the table stays at 0x0000_0000', () => {
    const m0 = bench();
    m0.put(RESET, SVC);
    m0.core.debugWrite(VTOR, RAM, 4);
    expect(m0.word(VTOR)).toBe(0);
    m0.runTo(handlerOf(11));
    expect(m0.core.pc).toBe(handlerOf(11));
  });

  test('thread mode is always privileged: CONTROL.nPRIV stays 0', () => {
    const m0 = bench();
    m0.put(RESET, 0xf380, 0x8814); // MSR CONTROL, r0
    m0.setRegister(0, 3);
    m0.runTo(RESET + 4);
    expect(m0.register(20)).toBe(0x0200_0000);
  });

  test('a taken branch costs 3 cycles (TRM table 3-1), on the Cortex-M0+ 2', () => {
    for (const [processor, cycles] of [
      ['cortex-m0', 3],
      ['cortex-m0plus', 2],
    ] as const) {
      const core = createTestBench({ processor });
      core.put(RESET, 0xe000); // B +4
      core.core.run(core.core.cycles + 1);
      expect([core.core.pc, core.core.cycles]).toEqual([FLASH + 0x204, cycles]);
    }
  });
});
