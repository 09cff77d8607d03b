import { describe, expect, test } from '@jest/globals';
import type { VirtualBoard } from './board-types.ts';
import {
  ACK,
  addressBytes,
  command,
  extendedErase,
  type HostLine,
  hexNamed,
  NACK,
  peek,
  readMemory,
  synchronised,
  writeMemory,
  xor,
} from './rom-line.ts';

const FLASH = 0x0800_0000;
const OPTIONS = 0x1fff_7800;
const OPTR = 0x4002_2020;
const WRP1AR = 0x4002_202c;
const WRP1BR = 0x4002_2030;
const FACTORY = 0xdfff_e1aa;
const AREA = 0x003f_003f;
const NONE = 0x0000_003f;

const little = (word: number): number[] => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
/** An option word and its complement, as the option-byte area holds them. */
const optionWord = (word: number): number[] => [...little(word), ...little(~word >>> 0)];

/** The flash is empty, so that the option load brings the ROM back, without a baud rate. */
function synchroniseAgain(line: HostLine): void {
  line.runMs(5);
  expect(line.exchange([0x7f], 1)).toEqual([ACK]);
}

function writeProtect(line: HostLine, pages: readonly number[]): number[] {
  const list = [pages.length - 1, ...pages];
  return [...line.exchange(command(0x63), 1), ...line.exchange([...list, xor(list)], 1)];
}

const resetHappened = (board: VirtualBoard): boolean => (peek(board, 0x4002_1060) & 0x0200_0000) !== 0; // RCC_CSR.OBLRSTF

describe('Write Memory to the option bytes', () => {
  test.each(hexNamed(0xb3, 0xb4))('of ROM %s: programs them, loads them and so resets', (_, romId) => {
    const { line, board } = synchronised(romId);
    const wanted = (FACTORY & ~0x0400_0000) >>> 0; // nBOOT0 = 0
    expect(writeMemory(line, OPTIONS, optionWord(wanted))).toEqual([ACK, ACK, ACK]);
    synchroniseAgain(line);
    expect(peek(board, OPTR)).toBe(wanted);
    expect(resetHappened(board)).toBe(true);
  });

  test('of ROM 0xb2: forgets the load; they count from the next power-on', () => {
    const { line, board } = synchronised(0xb2);
    const wanted = (FACTORY & ~0x0400_0000) >>> 0;
    expect(writeMemory(line, OPTIONS, optionWord(wanted))).toEqual([ACK, ACK, ACK]);
    expect(line.exchange(command(0x02), 5)).toEqual([ACK, 0x01, 0x04, 0x60, ACK]);
    expect(resetHappened(board)).toBe(false);
    board.setPower(false);
    line.runMs(1);
    board.setPower(true);
    synchroniseAgain(line);
    expect(peek(board, OPTR)).toBe(wanted);
  });

  test('reaches the write-protected areas and keeps what it does not reach', () => {
    const { line, board } = synchronised(0xb4);
    const none = optionWord(0xffff_ffff);
    const area = [...optionWord(FACTORY), ...none, ...none, ...optionWord(0x0007_0003)];
    expect(writeMemory(line, OPTIONS, area)).toEqual([ACK, ACK, ACK]);
    synchroniseAgain(line);
    expect(peek(board, OPTR)).toBe(FACTORY);
    expect(peek(board, WRP1AR) & AREA).toBe(0x0007_0003);
    expect(peek(board, WRP1BR) & AREA).toBe(NONE);
  });
});

describe('Write Protect', () => {
  test('makes two runs of pages two areas and drops a third', () => {
    const { line, board } = synchronised(0xb4);
    expect(writeProtect(line, [9, 3, 4, 10, 60, 5])).toEqual([ACK, ACK]);
    synchroniseAgain(line);
    expect(peek(board, WRP1AR) & AREA).toBe(0x0005_0003);
    expect(peek(board, WRP1BR) & AREA).toBe(0x000a_0009);
  });

  test('replaces the protection before it', () => {
    const { line, board } = synchronised(0xb4);
    writeProtect(line, [1, 8]);
    synchroniseAgain(line);
    writeProtect(line, [2]);
    synchroniseAgain(line);
    expect(peek(board, WRP1AR) & AREA).toBe(0x0002_0002);
    expect(peek(board, WRP1BR) & AREA).toBe(NONE);
  });

  test('does nothing when its checksum is wrong', () => {
    const { line, board } = synchronised(0xb4);
    expect(line.exchange(command(0x63), 1)).toEqual([ACK]);
    expect(line.exchange([0, 5, 4], 1)).toEqual([NACK]);
    line.runMs(5);
    expect(line.exchange(command(0x01), 5)).toHaveLength(5);
    expect(peek(board, WRP1AR) & AREA).toBe(NONE);
  });

  test('a protected page is no error to Write Memory and Extended Erase, and keeps its content', () => {
    const { line } = synchronised(0xb4);
    const data = [1, 2, 3, 4, 5, 6, 7, 8];
    writeMemory(line, FLASH + 5 * 2048, data);
    writeProtect(line, [5]);
    synchroniseAgain(line);
    expect(extendedErase(line, [5])).toEqual([ACK, ACK]);
    expect(writeMemory(line, FLASH + 5 * 2048 + 8, data)).toEqual([ACK, ACK, ACK]);
    expect(readMemory(line, FLASH + 5 * 2048, 16)).toEqual([...data, ...new Array<number>(8).fill(0xff)]);
  });

  test('Write Unprotect takes it away', () => {
    const { line, board } = synchronised(0xb4);
    writeProtect(line, [5]);
    synchroniseAgain(line);
    expect(line.exchange(command(0x73), 2)).toEqual([ACK, ACK]);
    synchroniseAgain(line);
    expect(peek(board, WRP1AR) & AREA).toBe(NONE);
  });
});

describe('Readout Protect', () => {
  function protectedBoard() {
    const { line, board } = synchronised(0xb4);
    writeMemory(line, FLASH + 5 * 2048, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(line.exchange(command(0x82), 2)).toEqual([ACK, ACK]);
    synchroniseAgain(line);
    return { line, board };
  }

  test('leaves GET, GET VERSION and GET ID', () => {
    const { line } = protectedBoard();
    expect(line.exchange(command(0x00), 15)).toHaveLength(15);
    expect(line.exchange(command(0x01), 5)).toHaveLength(5);
    expect(line.exchange(command(0x02), 5)).toHaveLength(5);
  });

  test('refuses all else but Readout Unprotect', () => {
    const { line } = protectedBoard();
    for (const code of [0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82])
      expect([code, ...line.exchange(command(code), 1)]).toEqual([code, NACK]);
  });

  test('Readout Unprotect lifts it, with the content of the flash', () => {
    const { line } = protectedBoard();
    expect(line.exchange(command(0x92), 2, 200)).toEqual([ACK, ACK]);
    line.runMs(60);
    synchroniseAgain(line);
    expect(readMemory(line, FLASH + 5 * 2048, 8)).toEqual(new Array<number>(8).fill(0xff));
  });

  test('at level 0 Readout Unprotect erases nothing', () => {
    const { line } = synchronised(0xb4);
    writeMemory(line, FLASH + 5 * 2048, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(line.exchange(command(0x92), 2)).toEqual([ACK, ACK]);
    synchroniseAgain(line);
    expect(readMemory(line, FLASH + 5 * 2048, 4)).toEqual([1, 2, 3, 4]);
  });
});

test('Read Memory after the option load reads what was written', () => {
  const { line } = synchronised(0xb4);
  writeMemory(line, OPTIONS, optionWord(FACTORY));
  synchroniseAgain(line);
  expect(line.exchange(command(0x11), 1)).toEqual([ACK]);
  expect(line.exchange(addressBytes(OPTIONS), 1)).toEqual([ACK]);
  expect(line.exchange(command(3), 5)).toEqual([ACK, ...little(FACTORY)]);
});
