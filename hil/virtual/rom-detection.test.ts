import { describe, expect, test } from '@jest/globals';
import { ACK, command, hexNamed, hostLine, NACK, peek, romBoard, synchronised } from './rom-line.ts';

const GET_ID = [ACK, 0x01, 0x04, 0x60, ACK];
const USARTS = ['USART1', 'USART2', 'USART3'] as const;

function blank(romId = 0xb4) {
  const board = romBoard(romId);
  const lines = {
    USART1: hostLine(board, 'USART1'),
    USART2: hostLine(board, 'USART2'),
    USART3: hostLine(board, 'USART3'),
  };
  lines.USART1.runMs(3);
  return { board, ...lines };
}

describe.each(hexNamed(0xb2, 0xb3, 0xb4))('ROM %s', (_, romId) => {
  test.each(USARTS)('is entered through %s', (usart) => {
    const { line } = synchronised(romId, usart);
    expect(line.exchange(command(0x02), 5)).toEqual(GET_ID);
  });
});

describe.each(USARTS)('the baud rate on %s', (usart) => {
  test.each([1200, 9600, 19_200, 38_400, 57_600, 115_200])(
    'is found at %i baud, within the tolerance of a frame',
    (baud) => {
      const board = romBoard(0xb4);
      const line = hostLine(board, usart, { baud, parity: 'even' });
      line.runMs(3);
      expect(line.exchange([0x7f], 1, 100)).toEqual([ACK]);
      expect(line.exchange(command(0x02), 5, 200)).toEqual(GET_ID);
      const measured = 1e9 / (line.receivedBitNs[0] as number);
      expect(Math.abs(measured / baud - 1)).toBeLessThan(0.045);
    },
  );
});

test('the first USART that shows 0x7F wins, and the others are off', () => {
  const { board, USART1, USART2 } = blank();
  expect(USART1.exchange([0x7f], 1)).toEqual([ACK]);
  expect(USART2.exchange([0x7f], 1, 20)).toEqual([]);
  expect(USART2.exchange(command(0x02), 1, 20)).toEqual([]);
  expect(peek(board, 0x4000_4400)).toBe(0); // USART2_CR1
  expect(USART1.exchange(command(0x02), 5)).toEqual(GET_ID);
});

test('0x7F without parity looks the same on the wire; a command with the wrong parity bit is refused', () => {
  const { USART2 } = blank();
  USART2.format = { baud: 115_200, parity: 'none' };
  expect(USART2.exchange([0x7f], 1)).toEqual([ACK]);
  USART2.send(0x00);
  USART2.runMs(1);
  expect(USART2.exchange([0xff], 1)).toEqual([NACK]);
});

test('another first byte on USART3 gives a wrong baud rate', () => {
  const { USART3 } = blank();
  USART3.exchange([0x0f], 1);
  expect(USART3.exchange(command(0x02), 5)).not.toEqual(GET_ID);
});

test('a short glitch on USART3 is no frame', () => {
  const { USART3, USART2 } = blank();
  USART3.pulse(2_000);
  USART3.runMs(10);
  expect(USART2.exchange([0x7f], 1)).toEqual([ACK]);
});

describe('with PC11 held low', () => {
  const withPc11Low = (romId: number): number[] => {
    const { board, USART2 } = blank(romId);
    board.uarts.find((wire) => wire.name === 'USART3')?.setState('low');
    USART2.runMs(1);
    return USART2.exchange([0x7f], 1, 20);
  };

  test.each(hexNamed(0xb2, 0xb4))('ROM %s still hears USART2', (_, romId) => {
    expect(withPc11Low(romId)).toEqual([ACK]);
  });

  test('ROM 0xb3 loops there and does not', () => {
    expect(withPc11Low(0xb3)).toEqual([]);
  });
});

describe('what the start leaves', () => {
  const FLASH_ACR = 0x4002_2000;
  const ICSCR = 0x4002_1004;
  const empty = (romId: number): number => (peek(blank(romId).board, FLASH_ACR) >>> 16) & 1;

  test.each(hexNamed(0xb2, 0xb4))('ROM %s keeps the EMPTY flag', (_, romId) => {
    expect(empty(romId)).toBe(1);
  });

  test('ROM 0xb3 clears the EMPTY flag, so that a plain reset boots erased flash', () => {
    expect(empty(0xb3)).toBe(0);
    const { board, USART2 } = blank(0xb3);
    board.setNrst(true);
    USART2.runMs(1);
    board.setNrst(false);
    USART2.runMs(3);
    expect(USART2.exchange([0x7f], 1, 20)).toEqual([]);
  });

  test.each([
    ['0xb2', 0xb2, 0],
    ['0xb3', 0xb3, 64],
    ['0xb4', 0xb4, 64],
  ])('ROM %s (%i) leaves HSITRIM at %i', (_, romId, trim) => {
    expect((peek(blank(romId).board, ICSCR) >>> 8) & 0x7f).toBe(trim);
  });

  test('VTOR is the table of the ROM', () => {
    expect(peek(blank().board, 0xe000_ed08)).toBe(0x1fff_0000);
  });
});

test('the detection loop is idle: the board knows that nothing will happen without the outside', () => {
  const { board } = blank();
  board.runUntil(board.schedule.now() + 5e6);
  const { nowNs, nextNs } = board.runUntil(board.schedule.now() + 5e6);
  expect(nextNs).toBeGreaterThan(nowNs);
});
