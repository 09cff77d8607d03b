import { describe, expect, test } from '@jest/globals';
import { REG as F0 } from './addresses-f0.ts';
import { REG as L0 } from './addresses-l0.ts';
import { boards } from './boards.ts';
import { bootAreaPattern2 } from './boot-pattern-2.ts';
import { bootAreaPattern6 } from './boot-pattern-6.ts';
import type { BootInputs } from './kit/definition.ts';
import type { Part } from './part.ts';
import { stm32f042 } from './stm32f042.ts';
import { stm32f091 } from './stm32f091.ts';
import { stm32l011 } from './stm32l011.ts';
import { stm32l031 } from './stm32l031.ts';
import { stm32l073 } from './stm32l073.ts';
import { createBenchOf, type TestBench } from './test-bench.ts';

const parts: readonly (readonly [string, Part])[] = [stm32l011, stm32l031, stm32l073, stm32f042, stm32f091].map(
  (part) => [part.chip.name, part],
);
type Options = Readonly<Record<string, number>>;
const inputs = (options: Options, boot0: 0 | 1, empty: boolean, rdpLevel: 0 | 2 = 0): BootInputs => ({
  option: (field) => options[field],
  boot0,
  level: () => boot0,
  empty,
  rdpLevel,
});

describe('boot pattern 2 (AN2606 r70 table 2)', () => {
  test.each([
    ['pin low', { nBOOT1: 1 }, 0, 'flash'],
    ['pin high', { nBOOT1: 1 }, 1, 'system'],
    ['pin high, nBOOT1 = 0', { nBOOT1: 0 }, 1, 'sram'],
    ['pin low, nBOOT1 = 0', { nBOOT1: 0 }, 0, 'flash'],
  ] as const)('%s', (_name, options, boot0, expected) => {
    expect(bootAreaPattern2(inputs(options, boot0, true))).toBe(expected);
  });
  test('at RDP level 2 only main flash', () => {
    expect(bootAreaPattern2(inputs({ nBOOT1: 1 }, 1, false, 2))).toBe('flash');
  });
});

describe('boot pattern 6 (AN2606 r70 table 2)', () => {
  const byPinF0: Options = { BOOT_SEL: 1, nBOOT0: 1, nBOOT1: 1 };
  const byBitF0: Options = { BOOT_SEL: 0, nBOOT0: 1, nBOOT1: 1 };
  const byPinL0: Options = { nBOOT_SEL: 0, nBOOT0: 0, nBOOT1: 1 };
  const byBitL0: Options = { nBOOT_SEL: 1, nBOOT0: 0, nBOOT1: 1 };
  test.each([
    ['F0 by pin, low', byPinF0, 0, false, 'flash'],
    ['F0 by pin, low, flash empty', byPinF0, 0, true, 'system'],
    ['F0 by pin, high', byPinF0, 1, false, 'system'],
    ['F0 by pin, high, nBOOT1 = 0', { ...byPinF0, nBOOT1: 0 }, 1, false, 'sram'],
    ['F0 by bit: the pin is ignored', byBitF0, 1, false, 'flash'],
    ['F0 by bit, nBOOT0 = 0', { ...byBitF0, nBOOT0: 0 }, 0, false, 'system'],
    ['L0 by pin: nBOOT0 is ignored', byPinL0, 0, false, 'flash'],
    ['L0 by pin, high', byPinL0, 1, false, 'system'],
    ['L0 by pin, low, flash empty', byPinL0, 0, true, 'system'],
    ['L0 by bit, nBOOT0 = 0', byBitL0, 0, false, 'system'],
    ['L0 by bit, nBOOT0 = 1', { ...byBitL0, nBOOT0: 1 }, 1, false, 'flash'],
  ] as const)('%s', (_name, options, boot0, empty, expected) => {
    expect(bootAreaPattern6(inputs(options, boot0, empty))).toBe(expected);
  });
  test('at RDP level 2 only main flash', () => {
    expect(bootAreaPattern6(inputs(byPinF0, 1, true, 2))).toBe('flash');
  });
});

/** Program by hand, as a debugger that is gone again has left it. */
function filled(part: Part): TestBench {
  const b = createBenchOf(part);
  b.part.flash.words.fill(0x1111_1111, 0, 4);
  b.part.systemMemory.words[0] = 0x2222_2222;
  return b;
}
const startsIn = (b: TestBench): 'flash' | 'system' | 'other' =>
  b.read(0) === 0x1111_1111 ? 'flash' : b.read(0) === 0x2222_2222 ? 'system' : 'other';

describe('the boot decision of a part', () => {
  test.each(parts)('%s starts what BOOT0 says once its flash is programmed', (_name, part) => {
    const b = filled(part);
    b.powerCycle();
    expect(startsIn(b)).toBe('flash');
    b.part.net(part.chip.boot0Pin).setOutside(1);
    b.reset('pin');
    expect(startsIn(b)).toBe('system');
  });
  test.each([
    ['STM32L011K4', stm32l011],
    ['STM32F042K6', stm32f042],
    ['STM32F091RC', stm32f091],
  ] as const)('%s: empty flash starts system memory, until the option bytes are loaded again', (_name, part) => {
    const b = filled(part);
    b.reset('pin');
    expect(startsIn(b)).toBe('system');
    b.reset('option-load');
    expect(startsIn(b)).toBe('flash');
  });
  test.each([
    ['STM32L031K6', stm32l031],
    ['STM32L073RZ', stm32l073],
  ] as const)('%s knows no empty check', (_name, part) => {
    const b = createBenchOf(part);
    b.part.systemMemory.words[0] = 0x2222_2222;
    expect([startsIn(b), b.read(0)]).toEqual(['other', 0]);
  });
  test('BFB2 of L073 starts system memory with BOOT0 low', () => {
    const b = filled(stm32l073);
    const options = b.bus.memoryAt(0x1ff8_0000)!;
    options.words[1] = 0x7f0f_80f0;
    b.powerCycle();
    expect(startsIn(b)).toBe('system');
  });
});

describe('MEM_MODE', () => {
  test.each(parts)('%s: 1 is system memory, 3 SRAM, 0 flash', (_name, part) => {
    const b = filled(part);
    b.part.sram.words[0] = 0x3333_3333;
    const { enable, bit } =
      part.chip.family === 'L0' ? { enable: L0.RCC_APB2ENR, bit: 1 } : { enable: F0.RCC_APB2ENR, bit: 1 };
    b.set(enable, bit);
    const seen = [1, 3, 0].map((mode) => {
      b.write(L0.SYSCFG_CFGR1, mode);
      return b.read(0);
    });
    expect(seen).toEqual([0x2222_2222, 0x3333_3333, 0x1111_1111]);
  });
  test('BOOT_MODE of L0 shows what the reset decided, whatever MEM_MODE says later', () => {
    const b = filled(stm32l031);
    b.part.net('BOOT0').setOutside(1);
    b.reset('pin');
    b.set(L0.RCC_APB2ENR, 1);
    expect(b.read(L0.SYSCFG_CFGR1)).toBe(0x101);
    b.write(L0.SYSCFG_CFGR1, 0);
    expect(b.read(L0.SYSCFG_CFGR1)).toBe(0x100);
  });
});

describe('identity', () => {
  test.each(parts)('%s: DEV_ID, flash size', (_name, part) => {
    const b = createBenchOf(part);
    b.part.debuggerSeen();
    const { identity, flash } = part.chip;
    expect(b.read(identity.idcodeAddress) & 0xfff).toBe(identity.devId);
    expect(b.bus.read(identity.flashSizeAddress, 2)).toBe(flash.size / 1024);
  });
  test('the unique id of L0 stands at 0x50, 0x54 and 0x64', () => {
    const b = createBenchOf(stm32l073);
    expect([0x50, 0x54, 0x64].every((offset) => b.read(0x1ff8_0000 + offset) !== 0xffff_ffff)).toBe(true);
    expect(b.read(0x1ff8_0058)).toBe(0xffff_ffff);
  });
  test('DBGMCU is clocked by a debugger or by DBGEN', () => {
    const b = createBenchOf(stm32l073);
    expect(b.read(L0.DBGMCU_IDCODE)).toBe(0);
    b.set(L0.RCC_APB2ENR, 1 << 22);
    expect(b.read(L0.DBGMCU_IDCODE)).toBe(0x2008_6447);
  });
});

describe('EXTI through SYSCFG_EXTICR', () => {
  test('a falling edge on PB2 pends line 2 when EXTICR1 selects port B', () => {
    const b = createBenchOf(stm32l073);
    b.set(L0.RCC_APB2ENR, 1);
    b.set(L0.RCC_IOPENR, 2);
    b.write(0x5000_0400, 0); // PB: inputs
    b.part.net('PB2').setOutside(1);
    b.write(L0.SYSCFG_EXTICR1, 1 << 8);
    b.write(L0.EXTI_FTSR, 1 << 2);
    b.write(L0.EXTI_IMR, 1 << 2);
    b.part.net('PB2').setOutside(0);
    b.pass(1);
    expect(b.read(L0.EXTI_PR)).toBe(1 << 2);
    expect(b.irqs.has(6)).toBe(true);
  });
});

describe('wires of the boards', () => {
  const wires = (name: string): readonly string[] =>
    boards[name]!.wires.map((wire) => `${wire.name} ${wire.role} ${wire.txPin}/${wire.rxPin}`);
  test.each([
    ['NUCLEO-F091RC', 'USART2 both PA2/PA3'],
    ['NUCLEO-L073RZ', 'USART2 both PA2/PA3'],
    ['NUCLEO-F042K6', 'USART2 vcp PA2/PA15'],
    ['NUCLEO-L011K4', 'USART2 vcp PA2/PA15'],
    ['NUCLEO-L031K6', 'USART2 vcp PA2/PA15'],
  ])('%s: the VCP is %s', (name, vcp) => {
    expect(wires(name)[0]).toBe(vcp);
  });
  test.each([
    ['NUCLEO-F042K6', 'USART1 rom PA9/PA10'],
    ['NUCLEO-L011K4', 'USART2@PA9 rom PA9/PA10'],
    ['NUCLEO-L031K6', 'USART2@PA9 rom PA9/PA10'],
  ])('%s: an adapter reaches the ROM on %s', (name, wire) => {
    expect(wires(name)).toContain(wire);
  });
  test('no two wires of a board share a name', () => {
    for (const board of Object.values(boards)) {
      const names = board.wires.map((wire) => wire.name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
