import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import type { VirtualBoard } from './board-types.ts';
import {
  ACK,
  addressBytes,
  command,
  type HostLine,
  hostLine,
  NACK,
  readMemory,
  startMs,
  synchronised,
  writeMemory,
  xor,
} from './rom-line.ts';
import { firstWire, getId, pass, type RomUnderTest, romsOf, romsUnderTest } from './rom-parts.ts';

/** Pages apart from the first, whose erased word starts the ROM again where the part checks for it. */
const FLASH = 0x0800_0000;
const data = [1, 2, 3, 4, 5, 6, 7, 8];

/** A sector code that protects the flash at `address`, in the part's own counting. */
const protectedAddress: Readonly<Record<string, { code: number; address: number; free: number }>> = {
  g0: { code: 3, address: FLASH + 3 * 2048, free: FLASH + 4 * 2048 },
  l4: { code: 3, address: FLASH + 3 * 2048, free: FLASH + 4 * 2048 },
  f4: { code: 1, address: FLASH + 0x4000, free: FLASH + 0x8000 },
  l0: { code: 1, address: FLASH + 0x1000, free: FLASH + 0x2000 },
  f0: { code: 1, address: FLASH + 0x1000, free: FLASH + 0x2000 },
};

const sectorOf = (part: string): { code: number; address: number; free: number } => {
  const found = protectedAddress[chipNamed(part).flash.controller.ip];
  if (found === undefined) throw new Error(`no sector of ${part} is named here`);
  return found;
};

/** The reset that a change of option bytes ends in, and the way into the ROM again. */
function again(board: VirtualBoard, rom: RomUnderTest): HostLine {
  const line = hostLine(board, firstWire(rom.part));
  pass(board, 60);
  line.runMs(startMs(rom));
  expect(line.exchange([0x7f], 1, 20)).toEqual([ACK]);
  return line;
}

const protect = (line: HostLine, ...codes: number[]): number[] => {
  const list = [codes.length - 1, ...codes];
  return [...line.exchange(command(0x63), 1), ...line.exchange([...list, xor(list)], 1, 2000)];
};

/** A command that ends in two ACKs, some time apart. */
const twice = (line: HostLine, code: number): number[] => line.exchange(command(code), 2, 20_000);

describe.each(romsUnderTest)('%s', (_, rom) => {
  const chip = chipNamed(rom.part);
  const { code, address, free } = sectorOf(rom.part);
  const erased = new Array<number>(8).fill(chip.flash.erasedByte);

  test('protects a sector: after the reset a write to it is acknowledged and does nothing', () => {
    const { board, line } = synchronised(rom, firstWire(rom.part));
    expect(protect(line, code)).toEqual([ACK, ACK]);
    const after = again(board, rom);
    expect(writeMemory(after, address, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(after, address, 8)).toEqual(erased);
    expect(writeMemory(after, free, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(after, free, 8)).toEqual(data);
  });

  test('unprotects it again', () => {
    const { board, line } = synchronised(rom, firstWire(rom.part));
    expect(protect(line, code)).toEqual([ACK, ACK]);
    expect(twice(again(board, rom), 0x73)).toEqual([ACK, ACK]);
    const after = again(board, rom);
    expect(writeMemory(after, address, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(after, address, 8)).toEqual(data);
  });

  test('protects against reading, and erases everything on the way back', () => {
    const { board, line } = synchronised(rom, firstWire(rom.part));
    expect(writeMemory(line, address, data)).toEqual([ACK, ACK, ACK]);
    expect(twice(line, 0x82)).toEqual([ACK, ACK]);
    const closed = again(board, rom);
    expect(closed.exchange(command(0x02), 5)).toEqual(getId(chip));
    for (const refused of [0x11, 0x21, 0x31, 0x44, 0x63]) expect(closed.exchange(command(refused), 1)).toEqual([NACK]);
    expect(twice(closed, 0x92)).toEqual([ACK, ACK]);
    const open = again(board, rom);
    expect(readMemory(open, address, 8)).toEqual(erased);
  });

  test('takes option bytes from their base, and from no other address', () => {
    const { board, line } = synchronised(rom, firstWire(rom.part));
    const { base } = chip.optionBytes;
    const found = readMemory(line, base, 16);
    expect(line.exchange(command(0x31), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(base + 8), 1)).toEqual([NACK]);
    expect(writeMemory(line, base, found, 5000)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(again(board, rom), base, 16)).toEqual(found);
  });
});

test.each(romsOf('STM32G0B1RE'))('%s protects runs of pages in each bank', (_, rom) => {
  const pages = [2, 3, 130];
  const { board, line } = synchronised(rom, firstWire(rom.part));
  expect(protect(line, ...pages)).toEqual([ACK, ACK]);
  const after = again(board, rom);
  for (const page of pages) {
    expect(writeMemory(after, FLASH + page * 2048, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(after, FLASH + page * 2048, 8)).toEqual(new Array(8).fill(0xff));
  }
});
