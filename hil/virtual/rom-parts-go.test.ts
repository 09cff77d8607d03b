import { describe, expect, test } from '@jest/globals';
import type { Chip } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import { ACK, addressBytes, command, coreRegister, NACK, peek, synchronised, writeMemory } from './rom-line.ts';
import { firstWire, little, type RomUnderTest, romsOf, romsUnderTest, spinningProgram } from './rom-parts.ts';

const FLASH = 0x0800_0000;
/** A page that the program fills from its begin. */
const AT = FLASH + 0x800;

/** A ROM that has started a program at `at`. */
function gone(rom: RomUnderTest, at = AT, program = spinningProgram(at)): VirtualBoard {
  const { line, board } = synchronised(rom, firstWire(rom.part));
  expect(writeMemory(line, at, program)).toEqual([ACK, ACK, ACK]);
  expect(line.exchange(command(0x21), 1)).toEqual([ACK]);
  expect(line.exchange(addressBytes(at), 1)).toEqual([ACK]);
  line.runMs(1);
  return board;
}

/** Of the G0B1 the debugger sees nothing after GO: it has tests of its own below. */
const readable = romsUnderTest.filter(([, { part }]) => part !== 'STM32G0B1RE');

describe.each(readable)('GO of %s', (_, rom) => {
  const chip = chipNamed(rom.part);

  test('starts a program in flash with MSP and PC from its table', () => {
    const board = gone(rom);
    expect(coreRegister(board, 15)).toBe(AT + 8);
    expect(coreRegister(board, 17)).toBe(0x2000_0700);
  });

  test('leaves VTOR on the ROM', () => {
    if (chip.core.hasVtor) expect(peek(gone(rom), 0xe000_ed08)).toBe(chip.systemMemory.base);
  });

  test('refuses system memory, a peripheral and the option bytes', () => {
    const { line } = synchronised(rom, firstWire(rom.part));
    for (const address of [chip.systemMemory.base, 0x4000_0000, chip.optionBytes.base]) {
      expect(line.exchange(command(0x21), 1)).toEqual([ACK]);
      expect(line.exchange(addressBytes(address), 1)).toEqual([NACK]);
    }
  });
});

/** RCC_CFGR of the families, the place of SWS in it, and what it shows while the ROM's clock is SYSCLK. */
const sysclk: Readonly<Record<Chip['family'], { cfgr: number; lsb: number; mask: number; source: number }>> = {
  G0: { cfgr: 0x4002_1008, lsb: 3, mask: 7, source: 2 },
  C0: { cfgr: 0x4002_1008, lsb: 3, mask: 7, source: 0 },
  L4: { cfgr: 0x4002_1008, lsb: 2, mask: 3, source: 3 },
  F4: { cfgr: 0x4002_3808, lsb: 2, mask: 3, source: 2 },
  L0: { cfgr: 0x4002_100c, lsb: 2, mask: 3, source: 3 },
  F0: { cfgr: 0x4002_1004, lsb: 2, mask: 3, source: 3 },
};

test.each(readable)('%s leaves its own clock as SYSCLK and IWDG_SR.PVU set', (_, rom) => {
  const { cfgr, lsb, mask, source } = sysclk[chipNamed(rom.part).family];
  const board = gone(rom);
  expect((peek(board, cfgr) >>> lsb) & mask).toBe(source);
  expect(peek(board, 0x4000_300c) & 1).toBe(1);
});

test.each(romsOf('STM32F411RE'))('%s switches the clocks of AHB1 off', (_, rom) => {
  expect(peek(gone(rom, FLASH + 0x4000), 0x4002_3830)).toBe(0);
});

describe.each(romsOf('STM32G0B1RE'))('GO of %s', (_, rom) => {
  test('takes DBG_SWEN away: the debugger reaches nothing', () => {
    const board = gone(rom);
    expect(() => peek(board, 0xe000_ed00)).toThrow();
  });

  test('starts the program: one that sets DBG_SWEN again is found there', () => {
    // ldr r0, =FLASH_ACR; ldr r1, =DBG_SWEN and two wait states; str r1, [r0]; b .
    const code = [0x02, 0x48, 0x03, 0x49, 0x01, 0x60, 0xfe, 0xe7, 0xc0, 0x46, 0xc0, 0x46];
    const program = [...little(0x2000_0700, (AT + 8) | 1), ...code, ...little(0x4002_2000, 0x4_0602)];
    const board = gone(rom, AT, program);
    expect(coreRegister(board, 15)).toBe(AT + 14);
    expect(coreRegister(board, 17)).toBe(0x2000_0700);
    expect(peek(board, 0xe000_ed08)).toBe(0x1fff_0000);
    expect((peek(board, 0x4002_1008) >>> 3) & 7).toBe(2);
  });
});

test.each(romsOf('STM32C011F6', 'STM32C031C6', 'STM32C071RB'))('%s leaves HSI48 divided by 2', (_, rom) => {
  expect((peek(gone(rom), 0x4002_1000) >>> 11) & 7).toBe(1);
});

test.each(romsOf('STM32F042K6', 'STM32F091RC'))('%s leaves HSI48 on', (_, rom) => {
  expect((peek(gone(rom), 0x4002_1034) >>> 16) & 3).toBe(3);
});

test.each(romsOf('STM32L476RG'))('%s leaves the LSE on', (_, rom) => {
  expect(peek(gone(rom), 0x4002_1090) & 3).toBe(3);
});
