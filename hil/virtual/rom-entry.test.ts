import { describe, expect, test } from '@jest/globals';
import type { VirtualBoard } from './board-types.ts';
import { ACK, command, coreRegister, hexNamed, hostLine, peek, romBoard } from './rom-line.ts';

/** The machine state that an application leaves at the jump, made by a probe on a halted core, and what the ROM makes of it. */

const DHCSR = 0xe000_edf0;
const DCRSR = 0xe000_edf4;
const DCRDR = 0xe000_edf8;
const RCC = 0x4002_1000;
const [CR, CFGR, PLLCFGR, APBENR1, APBENR2] = [0x00, 0x08, 0x0c, 0x3c, 0x40].map((offset) => RCC + offset) as [
  number,
  number,
  number,
  number,
  number,
];
const GET_ID = [ACK, 0x01, 0x04, 0x60, ACK];
const PC = 15;
const MSP = 17;
const CONTROL_AND_PRIMASK = 20;

const poke = (board: VirtualBoard, address: number, value: number): void => board.swd.write(address, value >>> 0, 4);
const pass = (board: VirtualBoard, ms: number): void => {
  board.runUntil(board.schedule.now() + ms * 1e6);
};

function halt(board: VirtualBoard): void {
  poke(board, DHCSR, 0xa05f_0003);
  pass(board, 0.01);
}

function setRegister(board: VirtualBoard, register: number, value: number): void {
  poke(board, DCRDR, value);
  poke(board, DCRSR, (1 << 16) | register);
}

interface Jump {
  readonly romId?: number;
  readonly primask?: boolean;
  readonly stack?: number;
  /** Done on the halted core, before the jump. */
  readonly before?: (board: VirtualBoard) => void;
}

function jump({ romId = 0xb4, primask = false, stack = 0x2000_9000, before }: Jump): VirtualBoard {
  const board = romBoard(romId);
  pass(board, 3);
  halt(board);
  before?.(board);
  setRegister(board, MSP, stack);
  setRegister(board, PC, peek(board, 0x1fff_0004) & ~1);
  setRegister(board, CONTROL_AND_PRIMASK, primask ? 1 : 0);
  poke(board, DHCSR, 0xa05f_0000);
  return board;
}

function answer(board: VirtualBoard, usart = 'USART2'): number[] {
  const line = hostLine(board, usart);
  line.runMs(3);
  return [...line.exchange([0x7f], 1, 20), ...line.exchange(command(0x02), 5, 20)];
}

/** SYSCLK = PLL at 64 MHz: HSI16 * 8 / 2, with two flash wait states. */
function pll64(board: VirtualBoard): void {
  poke(board, CFGR, 0);
  pass(board, 1);
  poke(board, CR, peek(board, CR) & ~(1 << 24));
  pass(board, 1);
  poke(board, 0x4002_2000, peek(board, 0x4002_2000) | 2);
  poke(board, PLLCFGR, 0x3000_0802);
  poke(board, CR, peek(board, CR) | (1 << 24));
  pass(board, 1);
  poke(board, CFGR, 2);
  pass(board, 1);
  expect(peek(board, CFGR) & 0x38).toBe(2 << 3);
}

describe.each(hexNamed(0xb2, 0xb3, 0xb4))('ROM %s, entered by a jump,', (_, romId) => {
  test.each(['USART1', 'USART2', 'USART3'])('answers on %s with PRIMASK set: it polls', (usart) => {
    expect(answer(jump({ romId, primask: true }), usart)).toEqual([ACK, ...GET_ID]);
  });

  test('runs on the stack of the caller', () => {
    const board = jump({ romId, stack: 0x2000_8000 });
    pass(board, 3);
    const msp = coreRegister(board, MSP);
    expect(msp).toBeLessThanOrEqual(0x2000_8000);
    expect(msp).toBeGreaterThan(0x2000_7c00);
  });

  test('dies in its own vector table when SysTick still interrupts', () => {
    const board = jump({
      romId,
      before(target) {
        poke(target, 0xe000_e014, 1000);
        poke(target, 0xe000_e018, 0);
        poke(target, 0xe000_e010, 7);
      },
    });
    expect(answer(board)).toEqual([]);
    expect(coreRegister(board, 16) & 0x3f).toBe(15); // IPSR
    const at = coreRegister(board, PC);
    expect(at >= 0x1fff_0000 && at < 0x1fff_7000).toBe(true);
  });

  test('clears error flags that the application left in FLASH_SR', () => {
    const board = jump({
      romId,
      before(target) {
        poke(target, 0x0800_0000, 0x1234_5678); // PG is not set: PGSERR
        expect(peek(target, 0x4002_2010) & 0x80).toBe(0x80);
      },
    });
    const line = hostLine(board, 'USART2');
    line.runMs(3);
    expect(line.exchange([0x7f], 1)).toEqual([ACK]);
    expect(line.exchange(command(0x31), 1)).toEqual([ACK]);
    expect(line.exchange([0x08, 0, 0, 0, 0x08], 1)).toEqual([ACK]);
    expect(line.exchange([3, 1, 2, 3, 4, 3 ^ 1 ^ 2 ^ 3 ^ 4], 1)).toEqual([ACK]);
    expect(peek(board, 0x0800_0000)).toBe(0x0403_0201);
  });
});

describe('a jump with the PLL at 64 MHz', () => {
  test('into ROM 0xb2 keeps its frequency: the PLL takes no new factors while it is on; the baud rate fits all the same', () => {
    const board = jump({ romId: 0xb2, before: pll64 });
    expect(answer(board)).toEqual([ACK, ...GET_ID]);
    expect(peek(board, PLLCFGR)).toBe(0x3000_0802);
  });

  test.each(hexNamed(0xb3, 0xb4))('into ROM %s ends at the 24 MHz of the ROM', (_, romId) => {
    const board = jump({ romId, before: pll64 });
    expect(answer(board)).toEqual([ACK, ...GET_ID]);
    expect(peek(board, PLLCFGR)).toBe(0x7000_0c12);
  });
});

describe('a register that the application left off its reset value', () => {
  const stopBits = (romId: number): number => {
    const board = jump({
      romId,
      before(target) {
        poke(target, APBENR1, peek(target, APBENR1) | (1 << 22)); // I2C2
        poke(target, APBENR2, peek(target, APBENR2) | (1 << 14));
        poke(target, 0x4001_3800, 0);
        poke(target, 0x4001_3814, 0x1234); // USART1_RTOR: the ROM does not write it
      },
    });
    pass(board, 3);
    return peek(board, 0x4001_3814);
  };

  test('is kept by ROM 0xb2', () => {
    expect(stopBits(0xb2)).toBe(0x1234);
  });

  test.each(hexNamed(0xb3, 0xb4))('is reset by ROM %s, which starts by resetting its peripherals', (_, romId) => {
    expect(stopBits(romId)).toBe(0);
  });
});
