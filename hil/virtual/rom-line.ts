import { existsSync, readFileSync } from 'node:fs';
import { chipNamed } from '../chip/lookup.ts';
import { createVirtualBoard } from './board.ts';
import type { Level, VirtualBoard } from './board-types.ts';

/** For tests: a virtual board with a stand-in ROM, and the host's end of one of its UART wires, without sockets. */

export const ACK = 0x79;
export const NACK = 0x1f;

const folder = new URL('../../build/firmware/rom/', import.meta.url);

/** A ROM of a part; the ID alone means the STM32G070RB. */
export type Rom = number | { readonly part: string; readonly romId: number };

const G070 = 'STM32G070RB';
const partOf = (rom: Rom): string => (typeof rom === 'number' ? G070 : rom.part);
const idOf = (rom: Rom): number => (typeof rom === 'number' ? rom : rom.romId);

const imageOf = (rom: Rom): URL =>
  new URL(`${partOf(rom).slice(0, 9).toLowerCase()}-0x${idOf(rom).toString(16).toUpperCase()}.bin`, folder);

/** The built stand-in ROM; `make -C firmware rom` builds it. */
export const romImage = (rom: Rom): Uint8Array => readFileSync(imageOf(rom));

/** False of a version that AN2606 names and no stand-in ROM follows. `rom-images.test.ts` has the list of those that must be there. */
export const isBuilt = (rom: Rom): boolean => existsSync(imageOf(rom));

/** Patterns of AN2606 table 2 in which hardware starts the ROM of an erased chip by itself. */
const EMPTY_CHECK = [6, 11];

/**
 * A board whose flash is erased unless given. It starts the ROM: because flash is erased where the part looks at that, else by BOOT0,
 * with a reset.
 */
export function romBoard(rom: Rom, flash?: Uint8Array, seed = 70): VirtualBoard {
  const chip = chipNamed(partOf(rom));
  const board = createVirtualBoard({
    name: 'rom-test',
    model: chip.board.name,
    romId: idOf(rom),
    rom: romImage(rom),
    seed,
    ...(flash ? { flash } : {}),
  });
  if (!EMPTY_CHECK.includes(chip.rom.bootPattern)) {
    board.setBoot0(1);
    board.setNrst(true);
    board.runUntil(board.schedule.now() + 1e6);
    board.setNrst(false);
  }
  return board;
}

/** Time from reset after which the ROM hears the host, in ms: the L476 waits for its LSE, which takes its time after power-on. */
export function startMs(rom: Rom): number {
  const { startupMs, startupWithoutLseMs = startupMs } = chipNamed(partOf(rom)).rom;
  return startupWithoutLseMs + 3;
}

export interface LineFormat {
  readonly baud: number;
  readonly parity: 'even' | 'odd' | 'none';
}

export const default8e1: LineFormat = { baud: 115_200, parity: 'even' };

/** The levels of one frame: start, eight data bits LSB first, parity, stop. */
export function frameLevels(byte: number, parity: LineFormat['parity']): Level[] {
  const data = Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) as Level);
  const ones = data.reduce<number>((sum, bit) => sum + bit, 0);
  const parityBit = parity === 'none' ? [] : [((ones + (parity === 'odd' ? 1 : 0)) % 2) as Level];
  return [0, ...data, ...parityBit, 1];
}

const POLL_NS = 50_000;

/** The host's end of a wire. */
export interface HostLine {
  format: LineFormat;
  /** What came and was not yet taken by `receive`. */
  readonly received: number[];
  /** Bit time of each frame that came. */
  readonly receivedBitNs: readonly number[];
  /** Put bytes on the wire back to back, after what is still under way. */
  send(...bytes: number[]): void;
  /** Hold the line low for a while, as a glitch or a break does. */
  pulse(lowNs: number): void;
  /** Let time pass after the last byte sent. */
  runMs(ms: number): void;
  /** Run until `count` bytes have come, at most `limitMs` of virtual time after the last byte sent; returns and removes them. */
  receive(count: number, limitMs?: number): number[];
  /** Send, and take what comes: `count` bytes within the limit and whatever unexpected stands behind them. */
  exchange(bytes: readonly number[], count: number, limitMs?: number): number[];
}

export function hostLine(board: VirtualBoard, name: string, format: LineFormat = default8e1): HostLine {
  const wire = board.uarts.find((candidate) => candidate.name === name);
  if (!wire) throw new Error(`the board has no wire called ${name}`);
  const received: number[] = [];
  const receivedBitNs: number[] = [];
  let free = 0;
  wire.onTransmit((frame) => {
    receivedBitNs.push(frame.bitNs);
    received.push(frame.levels.slice(1, 9).reduce<number>((byte, level, bit) => byte | (level << bit), 0));
  });
  const start = (): number => Math.max(free, board.schedule.now());
  const drive = (bitNs: number, levels: readonly Level[]): void => {
    const startNs = start();
    wire.drive({ startNs, bitNs, levels });
    free = startNs + levels.length * bitNs;
  };

  const line: HostLine = {
    format,
    received,
    receivedBitNs,
    send(...bytes) {
      for (const byte of bytes) drive(1e9 / line.format.baud, frameLevels(byte, line.format.parity));
    },
    pulse(lowNs) {
      drive(lowNs, [0, 1]);
    },
    runMs(ms) {
      board.runUntil(start() + ms * 1e6);
    },
    receive(count, limitMs = 50) {
      const deadline = start() + limitMs * 1e6;
      while (received.length < count && board.schedule.now() < deadline)
        board.runUntil(Math.min(deadline, board.schedule.now() + POLL_NS));
      return received.splice(0, count);
    },
    exchange(bytes, count, limitMs) {
      line.send(...bytes);
      const answer = line.receive(count, limitMs);
      line.runMs(0.2);
      return [...answer, ...received.splice(0)];
    },
  };
  return line;
}

/** Rows for `describe.each`: a ROM ID as it is written, and itself. */
export const hexNamed = (...ids: readonly number[]): (readonly [string, number])[] =>
  ids.map((id) => [`0x${id.toString(16)}`, id] as const);

export const xor = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum ^ byte, 0);

export const addressBytes = (address: number): number[] => {
  const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff);
  return [...bytes, xor(bytes)];
};

export const command = (code: number): number[] => [code, code ^ 0xff];

/** A blank board in its ROM, synchronised on one USART. */
export function synchronised(rom: Rom, usart = 'USART2', flash?: Uint8Array): { board: VirtualBoard; line: HostLine } {
  const board = romBoard(rom, flash);
  const line = hostLine(board, usart);
  line.runMs(startMs(rom));
  const answer = line.exchange([0x7f], 1);
  if (answer.length !== 1 || answer[0] !== ACK) throw new Error(`the ROM answered ${answer.map(String)} to 0x7F`);
  return { board, line };
}

/** Read Memory; throws when the ROM refuses. */
export function readMemory(line: HostLine, address: number, count: number): number[] {
  for (const step of [command(0x11), addressBytes(address), command(count - 1)]) {
    line.send(...step);
    const answer = line.receive(1);
    if (answer[0] !== ACK) throw new Error(`Read Memory at ${address.toString(16)}: ${answer.map(String)}`);
  }
  return line.receive(count, 100);
}

/** Write Memory up to its data; returns the answer to each of the three steps sent, ending with the first that is not ACK. */
export function writeMemory(line: HostLine, address: number, data: readonly number[], limitMs = 100): number[] {
  const block = [data.length - 1, ...data];
  const answers: number[] = [];
  for (const step of [command(0x31), addressBytes(address), [...block, xor(block)]]) {
    answers.push(...line.exchange(step, 1, limitMs));
    if (answers.at(-1) !== ACK) break;
  }
  return answers;
}

/** Extended Erase with a page list or a special code; answers as in `writeMemory`. */
export function extendedErase(line: HostLine, what: readonly number[] | { code: number }, limitMs = 100): number[] {
  const halfWords = 'code' in what ? [what.code] : [what.length - 1, ...what];
  const bytes = halfWords.flatMap((half) => [half >> 8, half & 0xff]);
  const first = line.exchange(command(0x44), 1);
  return first[0] === ACK ? [...first, ...line.exchange([...bytes, xor(bytes)], 1, limitMs)] : first;
}

/** A register or memory word as a debug probe reads it. */
export const peek = (board: VirtualBoard, address: number): number => board.swd.read(address, 4) >>> 0;

/** Halt the core through DHCSR and read a core register (15 = PC, 17 = MSP) through DCRSR. */
export function coreRegister(board: VirtualBoard, register: number): number {
  board.swd.write(0xe000_edf0, 0xa05f_0003, 4);
  board.runUntil(board.schedule.now() + 10_000);
  board.swd.write(0xe000_edf4, register, 4);
  const value = peek(board, 0xe000_edf8);
  board.swd.write(0xe000_edf0, 0xa05f_0000, 4);
  return value;
}
