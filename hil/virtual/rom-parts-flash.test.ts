import { describe, expect, test } from '@jest/globals';
import { pageAt, pageCount } from '../chip/chip.ts';
import { chipNamed } from '../chip/lookup.ts';
import {
  ACK,
  addressBytes,
  command,
  extendedErase,
  type HostLine,
  NACK,
  peek,
  readMemory,
  synchronised,
  writeMemory,
} from './rom-line.ts';
import { firstWire, getId, romsOf, romsUnderTest } from './rom-parts.ts';

const FLASH = 0x0800_0000;
const bytes = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => (i * 37 + seed * 11) & 0xff);

/** Virtual time that something takes. */
function msOf(board: { schedule: { now(): number } }, what: () => void): number {
  const from = board.schedule.now();
  what();
  return (board.schedule.now() - from) / 1e6;
}

/** Erases wait long on F4, and for every page of a list. */
const LIMIT_MS = 20_000;

describe.each(romsUnderTest)('%s', (_, rom) => {
  const chip = chipNamed(rom.part);
  const { line } = synchronised(rom, firstWire(rom.part));
  const last = pageCount(chip) - 1;
  const page = (index: number): number => (pageAt(chip, index) as { base: number }).base;
  const erased = (count: number): number[] => new Array<number>(count).fill(chip.flash.erasedByte);

  test('answers GET, GET VERSION and GET ID', () => {
    expect(line.exchange(command(0x00), 15)).toEqual([ACK, 11, 0x31, ...chip.rom.getCommands, ACK]);
    expect(line.exchange(command(0x01), 5)).toEqual([ACK, 0x31, 0x00, 0x00, ACK]);
    expect(line.exchange(command(0x02), 5)).toEqual(getId(chip));
  });

  test('gives its ROM ID and the unique id of the chip', () => {
    expect(readMemory(line, chip.rom.idAddress, 1)).toEqual([rom.romId]);
    expect(readMemory(line, chip.identity.uniqueId.base, 12)).toHaveLength(12);
  });

  test('writes, reads back and erases the first and the last page, and none between', () => {
    for (const index of [0, 1, last])
      expect(writeMemory(line, page(index), bytes(128, index))).toEqual([ACK, ACK, ACK]);
    for (const index of [0, 1, last]) expect(readMemory(line, page(index), 128)).toEqual(bytes(128, index));
    expect(extendedErase(line, [0], LIMIT_MS)).toEqual([ACK, ACK]);
    expect(extendedErase(line, [last], LIMIT_MS)).toEqual([ACK, ACK]);
    line.runMs(50); // the G0B1 answers before bank 2 is erased
    expect(readMemory(line, page(0), 128)).toEqual(erased(128));
    expect(readMemory(line, page(1), 128)).toEqual(bytes(128, 1));
    expect(readMemory(line, page(last), 128)).toEqual(erased(128));
  });

  test('refuses a page that does not exist, and erases none of the list', () => {
    expect(writeMemory(line, page(2), bytes(64, 5))).toEqual([ACK, ACK, ACK]);
    expect(extendedErase(line, [2, last + 1], LIMIT_MS)).toEqual([ACK, NACK]);
    expect(readMemory(line, page(2), 64)).toEqual(bytes(64, 5));
  });

  test('takes the special codes that it has', () => {
    const hasMass = chip.flash.controller.ip !== 'l0';
    const hasBanks = hasMass && chip.flash.banks === 2;
    expect(extendedErase(line, { code: 0xfff0 }, LIMIT_MS)).toEqual([ACK, NACK]);
    expect(extendedErase(line, { code: 0xfffe }, LIMIT_MS)).toEqual([ACK, hasBanks ? ACK : NACK]);
    expect(extendedErase(line, { code: 0xffff }, LIMIT_MS)).toEqual([ACK, hasMass ? ACK : NACK]);
  });

  test('refuses an address and a length that are not aligned', () => {
    const { writeAlignment } = chip.rom;
    expect(writeMemory(line, page(3) + writeAlignment / 2, bytes(8))).toEqual([ACK, NACK]);
    if (rom.part !== 'STM32G0B1RE') {
      expect(writeMemory(line, page(3), bytes(writeAlignment + 2))).toEqual([ACK, ACK, NACK]);
      expect(readMemory(line, page(3), 4)).toEqual(erased(4));
    }
  });

  test('refuses RAM of its own, and peripherals', () => {
    const read = (address: number): number[] => [
      ...line.exchange(command(0x11), 1),
      ...line.exchange(addressBytes(address), 1),
    ];
    expect(read(0x2000_0000)).toEqual([ACK, NACK]);
    expect(read(0x4002_1000)).toEqual([ACK, NACK]);
  });
});

const withHostRam = romsUnderTest.filter(([, { part }]) => !['STM32L011K4', 'STM32F042K6'].includes(part));

test.each(withHostRam)('%s lends the host its RAM from the published address on', (_, rom) => {
  const { base, size } = chipNamed(rom.part).rom.ramValid;
  const { line } = synchronised(rom, firstWire(rom.part));
  const first = rom.part === 'STM32L476RG' && rom.romId !== 0x92 ? 0x2000_3000 : base;
  expect(writeMemory(line, first, bytes(16))).toEqual([ACK, ACK, ACK]);
  expect(readMemory(line, first, 16)).toEqual(bytes(16));
  expect(writeMemory(line, first - 4, bytes(4))).toEqual([ACK, NACK]);
  expect(writeMemory(line, base + size - 4, bytes(4))).toEqual([ACK, ACK, ACK]);
});

describe('the lists of pages in two banks', () => {
  const list = (line: HostLine, pages: readonly number[], size: number): boolean[] => {
    for (const index of pages) writeMemory(line, FLASH + index * size, bytes(8));
    expect(extendedErase(line, pages, LIMIT_MS)).toEqual([ACK, ACK]);
    line.runMs(60);
    return pages.map((index) => readMemory(line, FLASH + index * size, 8).every((byte) => byte === 0xff));
  };

  test.each(romsOf('STM32G0B1RE'))(
    '%s erases a list on bank 1, and of one on bank 2 the first page alone',
    (_, rom) => {
      const { line } = synchronised(rom, firstWire(rom.part));
      expect(list(line, [1, 2, 3], 2048)).toEqual([true, true, true]);
      expect(list(line, [129, 130, 131], 2048)).toEqual([true, false, false]);
    },
  );

  test.each(romsOf('STM32L476RG'))('%s erases lists on both', (_, rom) => {
    const { line } = synchronised(rom, firstWire(rom.part));
    expect(list(line, [1, 2, 257, 511], 2048)).toEqual([true, true, true, true]);
  });
});

describe('the supply voltage of the F411', () => {
  const setVoltage = (line: HostLine, ...data: number[]): number[] => writeMemory(line, 0xffff_0000, data);

  test.each(romsOf('STM32F411RE'))('%s programs bytes until it is told, then words, and erases faster', (_, rom) => {
    const { line, board } = synchronised(rom, firstWire(rom.part));
    const erase = (): number => msOf(board, () => extendedErase(line, [1], LIMIT_MS));
    const byBytes = erase();
    expect(setVoltage(line, 3, 0xff, 0xff, 0xff)).toEqual([ACK, ACK, ACK]);
    expect(erase()).toBeLessThan(byBytes * 0.9);
    expect(writeMemory(line, FLASH + 0x4000, bytes(256))).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, FLASH + 0x4000, 256)).toEqual(bytes(256));
  });

  test.each(romsOf('STM32F411RE'))('%s refuses a fifth range, other bytes, and a read', (_, rom) => {
    const { line } = synchronised(rom, firstWire(rom.part));
    expect(setVoltage(line, 5, 0xff, 0xff, 0xff)).toEqual([ACK, ACK, NACK]);
    expect(setVoltage(line, 3, 0xff, 0, 0xff)).toEqual([ACK, ACK, NACK]);
    expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(0xffff_0000), 1)).toEqual([NACK]);
  });
});

describe('the data memory of L0', () => {
  test.each(romsOf('STM32L011K4', 'STM32L031K6', 'STM32L073RZ'))(
    '%s writes words of it; an erase leaves it',
    (_, rom) => {
      const { line } = synchronised(rom, firstWire(rom.part));
      const at = 0x0808_0000;
      expect(writeMemory(line, at, bytes(12))).toEqual([ACK, ACK, ACK]);
      expect(writeMemory(line, at + 4, bytes(4, 9))).toEqual([ACK, ACK, ACK]);
      expect(extendedErase(line, [0], LIMIT_MS)).toEqual([ACK, ACK]);
      expect(readMemory(line, at, 12)).toEqual([...bytes(12).slice(0, 4), ...bytes(4, 9), ...bytes(12).slice(8)]);
      expect(writeMemory(line, at, bytes(6))).toEqual([ACK, ACK, NACK]);
    },
  );

  test.each(romsOf('STM32L073RZ'))('%s programs a block by half-pages: four times 3 ms and its bytes', (_, rom) => {
    const { line, board } = synchronised(rom, firstWire(rom.part));
    const ms = msOf(board, () => expect(writeMemory(line, FLASH, bytes(256))).toEqual([ACK, ACK, ACK]));
    expect(ms).toBeLessThan(50);
  });
});

test.each(romsUnderTest)('%s writes over what is there only where the flash lets it', (_, rom) => {
  const { line, board } = synchronised(rom, firstWire(rom.part));
  const at = FLASH + 0x400;
  expect(writeMemory(line, at, bytes(16))).toEqual([ACK, ACK, ACK]);
  const second = writeMemory(line, at, bytes(16, 8));
  const ip = chipNamed(rom.part).flash.controller.ip;
  expect(second.slice(0, 2)).toEqual([ACK, ACK]);
  if (ip === 'f4') expect(peek(board, at)).not.toBe(0xffff_ffff);
  else expect(second).toEqual([ACK, ACK, NACK]);
});
