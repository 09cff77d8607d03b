import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import { ACK, command, coreRegister, hostLine, peek, romBoard, startMs } from './rom-line.ts';
import {
  firstWire,
  getId,
  jump,
  lineTo,
  little,
  pass,
  poke,
  romsOf,
  romsUnderTest,
  romWires,
  spinningProgram,
  whereAfterStart,
} from './rom-parts.ts';

const FLASH = 0x0800_0000;

/** Enable the clock of SYSCFG and write the remap register: system memory at 0. */
function mapSystemMemory(part: string): (board: VirtualBoard) => void {
  const clock: Readonly<Record<string, number>> = { STM32L476RG: 0x4002_1060, STM32L073RZ: 0x4002_1034 };
  return (board) => {
    const enable = clock[part] as number;
    poke(board, enable, peek(board, enable) | 1);
    const remap = chipNamed(part).memoryRemap.register;
    poke(board, remap, (peek(board, remap) & ~3) | 1);
  };
}

const answers = (board: VirtualBoard, rom: { part: string; romId: number }, usart = firstWire(rom.part)): number[] => {
  const line = lineTo(board, rom, usart);
  return [...line.exchange([0x7f], 1, 20), ...line.exchange(command(0x02), 5, 20)];
};

describe('a jump with a program in flash', () => {
  const stay = romsUnderTest.filter(
    ([, { part, romId }]) => !['STM32L476RG', 'STM32L011K4', 'STM32F042K6'].includes(part) && romId !== 0x41,
  );

  test.each(stay)('stays in %s', (_, rom) => {
    expect(answers(jump(rom), rom)).toEqual([ACK, ...getId(chipNamed(rom.part))]);
  });

  test.each(romsOf('STM32L011K4', 'STM32F042K6'))('comes back from %s, which finds flash not empty', (_, rom) => {
    const board = jump(rom);
    expect(whereAfterStart(board, rom)).toBe('flash');
    expect(coreRegister(board, 17)).toBe(0x2000_0700);
  });

  test.each(romsOf('STM32F042K6'))('stays in %s while PB8 is high', (_, rom) => {
    const board = jump(rom, { before: (target) => target.setBoot0(1) });
    expect(whereAfterStart(board, rom)).toBe('ROM');
  });

  test.each(romsOf('STM32L476RG'))('comes back from %s when system memory is not mapped at 0', (_, rom) => {
    expect(whereAfterStart(jump(rom), rom)).toBe('flash');
  });

  test.each(romsOf('STM32L476RG'))('stays in %s when system memory is mapped at 0', (_, rom) => {
    const board = jump(rom, { before: mapSystemMemory(rom.part) });
    expect(answers(board, rom)).toEqual([ACK, ...getId(chipNamed(rom.part))]);
  });

  const v41 = romsOf('STM32L073RZ').filter(([, { romId }]) => romId === 0x41);
  test.each(v41)('comes back from %s, mapped or not', (_, rom) => {
    expect(whereAfterStart(jump(rom), rom)).toBe('flash');
    expect(whereAfterStart(jump(rom, { before: mapSystemMemory(rom.part) }), rom)).toBe('flash');
  });
});

describe('the test for code in a bank', () => {
  const erasedFirstWord = (part: string): Uint8Array =>
    new Uint8Array([...new Array(4).fill(chipNamed(part).flash.erasedByte), ...spinningProgram(FLASH).slice(4)]);

  test.each(romsOf('STM32L476RG', 'STM32L073RZ'))('%s stays when no first word is a stack pointer', (_, rom) => {
    expect(whereAfterStart(jump(rom, { flash: erasedFirstWord(rom.part) }), rom)).toBe('ROM');
  });

  test.each(romsOf('STM32L476RG'))('%s starts bank 2 before bank 1', (_, rom) => {
    const flash = new Uint8Array(0x8_0100).fill(0xff);
    flash.set(spinningProgram(FLASH), 0);
    flash.set([...little(0x2000_1000, FLASH | 0x41), ...new Array(56).fill(0), 0xfe, 0xe7], 0x8_0000);
    const board = jump(rom, { flash });
    expect(whereAfterStart(board, rom)).toBe('flash');
    expect(coreRegister(board, 15)).toBe(FLASH + 0x40);
    expect(coreRegister(board, 17)).toBe(0x2000_1000);
  });

  test.each([
    [0x92, 'ROM'],
    [0xa2, 'ROM'],
    [0xa3, 'flash'],
  ] as const)('of L476 ROM %i takes a stack in SRAM2, or not', (romId, where) => {
    const rom = { part: 'STM32L476RG', romId };
    const flash = new Uint8Array(spinningProgram(FLASH, 0x1000_8000));
    expect(whereAfterStart(jump(rom, { flash }), rom)).toBe(where);
  });
});

describe('started by BOOT0 with a program in flash', () => {
  test.each(romsOf('STM32L011K4', 'STM32F042K6', 'STM32L073RZ', 'STM32L476RG', 'STM32F091RC'))('%s stays', (_, rom) => {
    const board = romBoard(rom, new Uint8Array(spinningProgram(FLASH)));
    board.setBoot0(1);
    board.setNrst(true);
    pass(board, 1);
    board.setNrst(false);
    expect(whereAfterStart(board, rom)).toBe('ROM');
  });
});

describe('with PRIMASK set at the jump', () => {
  const polled = romsUnderTest.filter(
    ([, { part, romId }]) =>
      !['STM32L476RG', 'STM32L011K4', 'STM32F042K6', 'STM32C071RB'].includes(part) && romId !== 0x41,
  );

  test.each(polled)('%s answers on every port: it polls', (_, rom) => {
    for (const usart of romWires(romBoard(rom))) {
      expect([usart, ...answers(jump(rom, { primask: true }), rom, usart)]).toEqual([
        usart,
        ACK,
        ...getId(chipNamed(rom.part)),
      ]);
    }
  });

  test.each(romsOf('STM32C071RB'))(
    '%s hears USART1, which measures by itself, and not USART2, which interrupts',
    (_, rom) => {
      expect(answers(jump(rom, { primask: true }), rom, 'USART1')).toEqual([ACK, ...getId(chipNamed(rom.part))]);
      expect(answers(jump(rom, { primask: true }), rom, 'USART2')).toEqual([]);
      expect(answers(jump(rom), rom, 'USART2')).toEqual([ACK, ...getId(chipNamed(rom.part))]);
    },
  );
});

describe('with SysTick still interrupting', () => {
  const remaining = romsUnderTest.filter(
    ([, { part, romId }]) =>
      !['STM32L476RG', 'STM32L011K4', 'STM32F042K6', 'STM32F091RC'].includes(part) && romId !== 0x41,
  );

  test.each(remaining)('%s dies in its own vector table', (_, rom) => {
    const board = jump(rom, {
      before(target) {
        poke(target, 0xe000_e014, 20_000);
        poke(target, 0xe000_e018, 0);
        poke(target, 0xe000_e010, 7);
      },
    });
    expect(answers(board, rom)).toEqual([]);
    expect(coreRegister(board, 16) & 0x1ff).toBe(15); // IPSR
    expect(whereAfterStart(board, rom)).toBe('ROM');
  });
});

describe.each(romsUnderTest)('%s, started,', (_, rom) => {
  const chip = chipNamed(rom.part);
  const board = romBoard(rom);
  pass(board, startMs(rom));

  test('has VTOR on its table where the core has one', () => {
    if (chip.core.hasVtor) expect(peek(board, 0xe000_ed08)).toBe(chip.systemMemory.base);
    else expect(peek(board, 0)).toBe(peek(board, chip.systemMemory.base));
  });

  test('knows that nothing will happen without the outside', () => {
    pass(board, 5);
    const { nowNs, nextNs } = board.runUntil(board.schedule.now() + 5e6);
    expect(nextNs).toBeGreaterThan(nowNs);
  });
});

describe('the EMPTY flag', () => {
  const empty = (part: string, romId: number): number => {
    const board = romBoard({ part, romId });
    hostLine(board, firstWire(part)).runMs(startMs({ part, romId }));
    return (peek(board, 0x4002_2000) >>> 16) & 1;
  };

  test.each(romsOf('STM32G0B1RE', 'STM32C071RB'))('is cleared by the start of %s', (_, { part, romId }) => {
    expect(empty(part, romId)).toBe(0);
  });

  test.each(romsOf('STM32C011F6', 'STM32C031C6'))('is kept by %s', (_, { part, romId }) => {
    expect(empty(part, romId)).toBe(1);
  });
});

test.each(romsOf('STM32L073RZ'))('%s leaves PA4 to PA7 pulled down', (_, rom) => {
  const board = romBoard(rom);
  pass(board, startMs(rom));
  expect((peek(board, 0x5000_000c) >>> 8) & 0xff).toBe(0b10_10_10_10);
});

test.each(romsOf('STM32F042K6', 'STM32F091RC'))('%s forces HSITRIM to 0', (_, rom) => {
  const board = romBoard(rom);
  pass(board, startMs(rom));
  expect((peek(board, 0x4002_1000) >>> 3) & 0x1f).toBe(0);
});

test.each(romsOf('STM32F091RC'))('%s gives SWDIO its pull-up again', (_, rom) => {
  const pull = (target: VirtualBoard): number => (peek(target, 0x4800_000c) >>> 26) & 3;
  const board = jump(rom, {
    before(target) {
      poke(target, 0x4002_1014, peek(target, 0x4002_1014) | (1 << 17)); // RCC_AHBENR.IOPAEN
      poke(target, 0x4800_000c, peek(target, 0x4800_000c) & ~(3 << 26));
      expect(pull(target)).toBe(0);
    },
  });
  pass(board, startMs(rom));
  expect(pull(board)).toBe(1);
});
