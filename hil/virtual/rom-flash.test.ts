import { describe, expect, test } from '@jest/globals';
import type { VirtualBoard } from './board-types.ts';
import {
  ACK,
  command,
  extendedErase,
  hexNamed,
  NACK,
  peek,
  readMemory,
  synchronised,
  writeMemory,
  xor,
} from './rom-line.ts';

const FLASH = 0x0800_0000;
const PAGE = 2048;
const bytes = (count: number, seed = 1): number[] =>
  Array.from({ length: count }, (_, i) => (i * 29 + seed * 7) & 0xff);
const erased = (count: number): number[] => new Array<number>(count).fill(0xff);

/** Pages that `withContent` fills; page 0 is not among them, so that a reset finds the flash empty and starts the ROM. */
const filled = [1, 2, 3, 4, 5, 6, 17, 18, 19, 62, 63];
/** The first byte of every page: its number where it holds something. */
const numberedBut = (...pages: number[]): number[] =>
  Array.from({ length: 64 }, (_, page) => (filled.includes(page) && !pages.includes(page) ? page : 0xff));

function withContent(romId: number) {
  const session = synchronised(romId);
  for (const page of filled)
    expect(writeMemory(session.line, FLASH + page * PAGE, [page, ...bytes(7, page)])).toEqual([ACK, ACK, ACK]);
  return session;
}

/** As the probe reads them. */
const firstBytes = (board: VirtualBoard): number[] =>
  Array.from({ length: 64 }, (_, page) => peek(board, FLASH + page * PAGE) & 0xff);

describe('Write Memory to flash', () => {
  const { line } = synchronised(0xb4);

  test.each([
    [256, 0],
    [8, 1],
    [4, 2],
    [255, 3],
    [1, 4],
    [254, 5],
  ])('programs %i bytes and pads with 0xFF', (count, page) => {
    const data = bytes(count, count);
    expect(writeMemory(line, FLASH + page * PAGE, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, FLASH + page * PAGE, 256)).toEqual([...data, ...erased(256 - count)]);
  });

  test('takes a word-aligned address in the middle of a double word', () => {
    const data = bytes(12, 3);
    expect(writeMemory(line, FLASH + 6 * PAGE + 4, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, FLASH + 6 * PAGE, 24)).toEqual([...erased(4), ...data, ...erased(8)]);
  });

  test('gets NACK for the other half of a double word: programmed flash takes only zeros', () => {
    expect(writeMemory(line, FLASH + 7 * PAGE, [1, 2, 3, 4])).toEqual([ACK, ACK, ACK]);
    expect(writeMemory(line, FLASH + 7 * PAGE + 4, [5, 6, 7, 8])).toEqual([ACK, ACK, NACK]);
    expect(readMemory(line, FLASH + 7 * PAGE, 8)).toEqual([1, 2, 3, 4, ...erased(4)]);
  });

  test('goes on after a failed block: left-over error flags do not refuse the next', () => {
    expect(writeMemory(line, FLASH + 8 * PAGE, bytes(8, 9))).toEqual([ACK, ACK, ACK]);
    expect(writeMemory(line, FLASH + 8 * PAGE, bytes(8, 10))).toEqual([ACK, ACK, NACK]);
    expect(writeMemory(line, FLASH + 9 * PAGE, bytes(8, 11))).toEqual([ACK, ACK, ACK]);
  });

  test('takes the last words of the flash and refuses one more', () => {
    expect(writeMemory(line, 0x0801_fffc, bytes(8))).toEqual([ACK, ACK, NACK]);
    expect(writeMemory(line, 0x0801_fff8, bytes(8))).toEqual([ACK, ACK, ACK]);
  });

  test('programs one-time programmable memory', () => {
    expect(writeMemory(line, 0x1fff_7000, bytes(8, 5))).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, 0x1fff_7000, 8)).toEqual(bytes(8, 5));
  });

  test('leaves FLASH_CR locked', () => {
    const { board, line: own } = synchronised(0xb4);
    writeMemory(own, FLASH, bytes(8));
    expect(peek(board, 0x4002_2014) >>> 31).toBe(1);
  });
});

describe.each(hexNamed(0xb2, 0xb4))('Extended Erase of ROM %s', (_, romId) => {
  test('erases one page, and that page only', () => {
    const { line, board } = withContent(romId);
    expect(extendedErase(line, [5])).toEqual([ACK, ACK]);
    expect(firstBytes(board)).toEqual(numberedBut(5));
  });

  test('erases a list of pages', () => {
    const { line, board } = withContent(romId);
    expect(extendedErase(line, [63, 1, 17, 18], 300)).toEqual([ACK, ACK]);
    expect(firstBytes(board)).toEqual(numberedBut(63, 1, 17, 18));
  });

  test('erases all', () => {
    const { line, board } = withContent(romId);
    expect(extendedErase(line, { code: 0xffff })).toEqual([ACK, ACK]);
    expect(firstBytes(board)).toEqual(erased(64));
  });
});

describe('Extended Erase refuses, and erases nothing for,', () => {
  const { line, board } = withContent(0xb4);

  test.each([
    ['bank 1', { code: 0xfffe }],
    ['bank 2', { code: 0xfffd }],
    ['a reserved code', { code: 0xfff0 }],
    ['a page that does not exist', [1, 64]],
    ['more pages than there are', Array.from({ length: 65 }, () => 1)],
  ])('%s', (_, what) => {
    expect(extendedErase(line, what)).toEqual([ACK, NACK]);
    expect(firstBytes(board)).toEqual(numberedBut());
  });

  test('a list with a bad checksum', () => {
    const list = [0, 0, 0, 5];
    expect(line.exchange(command(0x44), 1)).toEqual([ACK]);
    expect(line.exchange([...list, xor(list) ^ 1], 1)).toEqual([NACK]);
    expect(firstBytes(board)).toEqual(numberedBut());
  });
});

describe('Extended Erase of ROM 0xb3, which waits on the wrong BUSY bit,', () => {
  test('acknowledges a page before it is erased; given 40 ms, the page is erased', () => {
    const { line, board } = withContent(0xb3);
    line.exchange(command(0x44), 1);
    const list = [0, 0, 0, 5];
    line.send(...list, xor(list));
    expect(line.receive(1, 5)).toEqual([ACK]);
    line.runMs(40);
    expect(firstBytes(board)).toEqual(numberedBut(5));
  });

  test('loses a command that comes before the page is erased', () => {
    const { line } = withContent(0xb3);
    line.exchange(command(0x44), 1);
    const list = [0, 0, 0, 5];
    expect(line.exchange([...list, xor(list)], 1, 5)).toEqual([ACK]);
    expect(line.exchange(command(0x02), 5)).not.toEqual([ACK, 0x01, 0x04, 0x60, ACK]);
  });

  test('erases the first page of a list only: the controller takes no new page while it is busy', () => {
    const { line, board } = withContent(0xb3);
    extendedErase(line, [1, 2, 3, 4], 300);
    line.runMs(200);
    expect(firstBytes(board)).toEqual(numberedBut(1));
  });
});

test('the machine code that erases stays clear of the RAM that the host may use', () => {
  const { line } = synchronised(0xb4);
  const pattern = bytes(256, 77);
  writeMemory(line, 0x2000_2700, pattern);
  extendedErase(line, { code: 0xffff });
  writeMemory(line, FLASH, bytes(256));
  expect(readMemory(line, 0x2000_2700, 256)).toEqual(pattern);
});
