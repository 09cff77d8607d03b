import { describe, expect, test } from '@jest/globals';
import {
  ACK,
  addressBytes,
  command,
  coreRegister,
  type HostLine,
  hexNamed,
  NACK,
  peek,
  synchronised,
  writeMemory,
} from './rom-line.ts';

const RAM = 0x2000_3000;
const FLASH = 0x0800_0000;
const PC = 15;
const MSP = 17;

const little = (word: number): number[] => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
/** A vector table of two words and behind it `b .`, for any address. */
const spinningProgram = (at: number): number[] => [
  ...little(0x2000_8f00),
  ...little((at + 8) | 1),
  0xfe,
  0xe7,
  0xfe,
  0xe7,
];

const go = (line: HostLine, address: number): number[] => [
  ...line.exchange(command(0x21), 1),
  ...line.exchange(addressBytes(address), 1),
];

describe.each(hexNamed(0xb2, 0xb3, 0xb4))('GO of ROM %s', (_, romId) => {
  test.each([
    ['RAM', RAM],
    ['flash', FLASH + 0x200],
  ])('starts a program in %s with MSP and PC from its table', (_area, address) => {
    const { line, board } = synchronised(romId);
    expect(writeMemory(line, address, spinningProgram(address))).toEqual([ACK, ACK, ACK]);
    expect(go(line, address)).toEqual([ACK, ACK]);
    expect(coreRegister(board, PC)).toBe(address + 8);
    expect(coreRegister(board, MSP)).toBe(0x2000_8f00);
  });

  test('leaves VTOR on the ROM, SYSCLK on the PLL and IWDG_SR.PVU set', () => {
    const { line, board } = synchronised(romId);
    writeMemory(line, RAM, spinningProgram(RAM));
    go(line, RAM);
    expect(peek(board, 0xe000_ed08)).toBe(0x1fff_0000); // SCB_VTOR
    expect(peek(board, 0x4002_1008) & 0x38).toBe(2 << 3); // RCC_CFGR.SWS = PLLRCLK
    expect(peek(board, 0x4000_300c) & 1).toBe(1); // IWDG_SR.PVU
  });
});

describe('GO refuses', () => {
  const { line } = synchronised(0xb4);

  test.each([
    ['system memory', 0x1fff_0000],
    ['one-time programmable memory', 0x1fff_7000],
    ['option bytes', 0x1fff_7800],
    ['RAM of the ROM itself', 0x2000_26fc],
    ['behind the flash', 0x0802_0000],
    ['a peripheral', 0x4001_0000],
  ])('%s', (_, address) => {
    expect(go(line, address)).toEqual([ACK, NACK]);
  });

  test('an address with a bad checksum', () => {
    expect(line.exchange(command(0x21), 1)).toEqual([ACK]);
    expect(line.exchange([0x08, 0x00, 0x02, 0x00, 0x0b], 1)).toEqual([NACK]);
  });
});

test('GO into erased flash is acknowledged and ends in lockup or in the loop of an exception', () => {
  const { line, board } = synchronised(0xb4);
  expect(go(line, FLASH)).toEqual([ACK, ACK]);
  expect(line.exchange(command(0x02), 1, 20)).toEqual([]);
  const dhcsr = peek(board, 0xe000_edf0);
  const lockup = (dhcsr & (1 << 19)) !== 0;
  const inRom = coreRegister(board, PC) >= 0x1fff_0000 && coreRegister(board, PC) < 0x1fff_7000;
  expect(lockup || inRom).toBe(true);
});
