import { describe, expect, test } from '@jest/globals';
import { chipNamed } from '../chip/lookup.ts';
import {
  ACK,
  addressBytes,
  command,
  type HostLine,
  hexNamed,
  NACK,
  peek,
  readMemory,
  romImage,
  synchronised,
  writeMemory,
  xor,
} from './rom-line.ts';

const chip = chipNamed('STM32G070RB');
const RAM = chip.rom.ramValid.base;
const bytes = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => (i * 37 + seed * 11) & 0xff);

/** A refused command must leave the ROM ready for the next one. */
const answersGetId = (line: HostLine): boolean =>
  line.exchange(command(0x02), 5).join() === [ACK, 0x01, 0x04, 0x60, ACK].join();

describe.each(hexNamed(0xb2, 0xb3, 0xb4))('the commands of ROM %s that only answer', (_, romId) => {
  const { line, board } = synchronised(romId);

  test('GET gives protocol 3.1 and the eleven commands', () => {
    expect(line.exchange(command(0x00), 15)).toEqual([ACK, 11, 0x31, ...chip.rom.getCommands, ACK]);
  });

  test('GET VERSION gives 3.1 and two zero option bytes', () => {
    expect(line.exchange(command(0x01), 5)).toEqual([ACK, 0x31, 0x00, 0x00, ACK]);
  });

  test('GET ID gives product 0x460', () => {
    expect(line.exchange(command(0x02), 5)).toEqual([ACK, 0x01, 0x04, 0x60, ACK]);
  });

  test('Read Memory gives the ROM ID', () => {
    expect(readMemory(line, chip.rom.idAddress, 1)).toEqual([romId]);
  });

  test('the core runs at 24 MHz from the PLL', () => {
    expect(peek(board, 0x4002_1008) & 0x3f).toBe((2 << 3) | 2); // RCC_CFGR SWS, SW = PLLRCLK
  });
});

describe('what the ROM refuses as a command', () => {
  const { line } = synchronised(0xb4);

  test.each([
    ['a second 0x7F 0x7F: the first is no synchronisation any more', [0x7f, 0x7f]],
    ['a complement that does not fit', [0x00, 0xfe]],
    ['Erase, which gives way to Extended Erase', command(0x43)],
    ['Get Checksum, which protocol 3.1 does not have', command(0xa1)],
    ['an unknown code', command(0x99)],
  ])('%s', (_, sent) => {
    expect(line.exchange(sent, 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });

  test('a single 0x7F waits for its other half', () => {
    expect(line.exchange([0x7f], 1, 20)).toEqual([]);
    expect(line.exchange([0x00], 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });

  test('a command sent with wrong parity', () => {
    line.format = { baud: 115_200, parity: 'odd' };
    const answer = line.exchange(command(0x02), 1);
    line.format = { baud: 115_200, parity: 'even' };
    expect(answer).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });
});

describe('Read Memory', () => {
  const { line } = synchronised(0xb4);

  test('gives 256 bytes of system memory', () => {
    expect(readMemory(line, 0x1fff_0000, 256)).toEqual([...romImage(0xb4).subarray(0, 256)]);
  });

  test('gives a single byte at an odd address', () => {
    expect(readMemory(line, 0x1fff_0003, 1)).toEqual([0x20]);
  });

  test('gives the flash size', () => {
    expect(readMemory(line, chip.identity.flashSizeAddress, 2)).toEqual([128, 0]);
  });

  test('gives the unique id', () => {
    expect(readMemory(line, chip.identity.uniqueId.base, 12)).toHaveLength(12);
  });

  test('gives the option bytes: OPTR and its complement', () => {
    const [a = 0, b = 0] = [0, 4].map((at) =>
      readMemory(line, chip.optionBytes.base + at, 4).reduce((word, byte, i) => word + byte * 2 ** (8 * i), 0),
    );
    expect(a).toBe(0xdfff_e1aa);
    expect(b).toBe(~a >>> 0);
  });

  test.each([
    ['RAM of the ROM itself', 0x2000_0000],
    ['the last byte of it', RAM - 1],
    ['behind the RAM', 0x2000_9000],
    ['behind the flash', 0x0802_0000],
    ['a peripheral', 0x4002_1000],
    ['nothing at all', 0x6000_0000],
  ])('refuses %s', (_, address) => {
    expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(address), 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });

  test('refuses an address with a bad checksum', () => {
    const [a = 0, b = 0, c = 0, d = 0, sum = 0] = addressBytes(RAM);
    expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
    expect(line.exchange([a, b, c, d, sum ^ 1], 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });

  test('refuses a count with a bad complement', () => {
    expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(RAM), 1)).toEqual([ACK]);
    expect(line.exchange([0x03, 0xfd], 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });

  test('refuses a count that leaves the area', () => {
    expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(0x0801_ffff), 1)).toEqual([ACK]);
    expect(line.exchange(command(1), 1)).toEqual([NACK]);
    expect(answersGetId(line)).toBe(true);
  });
});

describe('Write Memory to RAM', () => {
  const { line } = synchronised(0xb4);

  test.each([1, 2, 3, 4, 255, 256])('takes %i bytes', (count) => {
    const data = bytes(count, count);
    expect(writeMemory(line, RAM + 0x100, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, RAM + 0x100, count)).toEqual(data);
  });

  test('leaves the byte behind alone', () => {
    writeMemory(line, RAM + 0x400, [1, 2, 3, 4]);
    writeMemory(line, RAM + 0x400, [9]);
    expect(readMemory(line, RAM + 0x400, 4)).toEqual([9, 2, 3, 4]);
  });

  test('refuses the block when its checksum is wrong, and writes nothing', () => {
    writeMemory(line, RAM + 0x500, [1, 2, 3, 4]);
    expect(line.exchange(command(0x31), 1)).toEqual([ACK]);
    expect(line.exchange(addressBytes(RAM + 0x500), 1)).toEqual([ACK]);
    const block = [3, 5, 6, 7, 8];
    expect(line.exchange([...block, xor(block) ^ 0xff], 1)).toEqual([NACK]);
    expect(readMemory(line, RAM + 0x500, 4)).toEqual([1, 2, 3, 4]);
  });

  test('refuses a block that runs over the end of RAM', () => {
    expect(writeMemory(line, 0x2000_8ffc, bytes(8))).toEqual([ACK, ACK, NACK]);
    expect(writeMemory(line, 0x2000_8ffc, bytes(4))).toEqual([ACK, ACK, ACK]);
  });

  test.each([
    ['an address that is not word-aligned', RAM + 2],
    ['RAM of the ROM itself', 0x2000_1000],
    ['system memory', 0x1fff_0000],
    ['the middle of the option bytes', 0x1fff_7808],
  ])('refuses %s', (_, address) => {
    expect(writeMemory(line, address, [1, 2, 3, 4])).toEqual([ACK, NACK]);
    expect(answersGetId(line)).toBe(true);
  });
});
