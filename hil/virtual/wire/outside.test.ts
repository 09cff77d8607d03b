import { beforeEach, expect, test } from '@jest/globals';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import { createOutside, type Outside } from './outside.ts';
import type { LoggedInput } from './outside-input.ts';
import { frameNs, parseFormat } from './uart-format.ts';

let board: EchoBoard;
let log: LoggedInput[];
let outside: Outside;

beforeEach(() => {
  board = createEchoBoard({ name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(0), seed: 1 });
  log = [];
  outside = createOutside(board, (entry) => log.push(entry));
});

test('NRST is high only when nobody holds it: probe and control are both open drain', () => {
  outside.nrst('control', true);
  outside.probe(Uint8Array.of(0xf2, 0x3c, 0, ...new Array<number>(13).fill(0)), undefined, 2);
  outside.nrst('control', false);
  expect(board.happened.at(-1)).toBe('nrst low');
  outside.probe(Uint8Array.of(0xf2, 0x3c, 1, ...new Array<number>(13).fill(0)), undefined, 2);
  expect(board.happened.at(-1)).toBe('nrst high');
});

test('an input is stamped with the time asked for and the time reached', () => {
  outside.runUntil(1_500);
  outside.button(true);
  expect(log).toEqual([{ targetNs: 1_500, nowNs: 1_500, input: { in: 'button', pressed: true } }]);
});

test('bytes are driven back to back, and the end of the last one is told', () => {
  const format = parseFormat('115200 8E1')!;
  const endNs = outside.bytes('USART2', 1_000, format, Uint8Array.of(1, 2, 3));
  expect(endNs).toBeCloseTo(1_000 + 3 * frameNs(format), 6);
  expect(board.arrived.map((frame) => frame.startNs)).toEqual([0, 1, 2].map((i) => 1_000 + i * frameNs(format)));
});

test('a UART that the board does not have is named, with those it has', () => {
  expect(() => outside.wire('USART9', 'low')).toThrow(
    /echo has no UART named USART9; it has USART2, USART1 {2}\[HIL-642\]/,
  );
  expect(log).toEqual([]);
});
