import { beforeEach, describe, expect, test } from '@jest/globals';
import { createEchoBoard, type EchoBoard } from './echo-board.ts';
import type { Received } from './line-sampler.ts';
import { createOutside, type Outside } from './outside.ts';
import { frameNs, parseFormat, toFrame } from './uart-format.ts';
import { createUartPort, type UartPort } from './uart-port.ts';

const EVEN = parseFormat('115200 8E1')!;
const SLOW = parseFormat('9600 8N1')!;

let board: EchoBoard;
let outside: Outside;
let port: UartPort;

beforeEach(() => {
  board = createEchoBoard({ name: 'echo', model: 'NUCLEO-G070RB', rom: new Uint8Array(0), seed: 1 });
  outside = createOutside(board, () => {});
  port = createUartPort(board.uarts[0]!, outside);
});

function runFor(durationNs: number, stepNs = 100_000): void {
  const endNs = outside.now() + durationNs;
  while (outside.now() < endNs) {
    outside.runUntil(Math.min(endNs, outside.now() + stepNs));
    port.advance(outside.now());
  }
}

function attach(): { seen: Received[]; drained: number[]; line: ReturnType<UartPort['attach']> } {
  const seen: Received[] = [];
  const drained: number[] = [];
  const line = port.attach({
    format: () => EVEN,
    receive: (received) => seen.push(received),
    drained: () => drained.push(outside.now()),
  });
  return { seen, drained, line };
}

describe('sending', () => {
  test('bytes leave back to back, however seldom the queue is looked at', () => {
    const { line } = attach();
    line.send(new Uint8Array(200).fill(0x5a), EVEN);
    port.advance(outside.now());
    runFor(40_000_000, 1_300_000);
    expect(board.arrived).toHaveLength(200);
    const gaps = board.arrived.slice(1).map((frame, i) => frame.startNs - board.arrived[i]!.startNs);
    for (const gap of gaps) expect(gap).toBeCloseTo(frameNs(EVEN), 3);
  });

  test('bytes keep the format in which they were sent', () => {
    const { line } = attach();
    line.send(Uint8Array.of(1), EVEN);
    line.send(Uint8Array.of(2), SLOW);
    runFor(5_000_000);
    expect(board.arrived.map((frame) => frame.levels.length)).toEqual([11, 10]);
    expect(board.arrived[1]!.startNs).toBeCloseTo(board.arrived[0]!.startNs + frameNs(EVEN), 3);
  });

  test('what is echoed comes back', () => {
    const { line, seen } = attach();
    line.send(Uint8Array.of(0x7f, 0x00, 0xff), EVEN);
    runFor(5_000_000);
    expect(seen).toEqual([0x7f, 0x00, 0xff].map((value) => ({ kind: 'byte', value })));
  });

  test('the client hears once when its last bit has left, not before', () => {
    const { line, drained } = attach();
    line.send(Uint8Array.of(1, 2, 3, 4), EVEN);
    runFor(10_000_000);
    expect(drained).toHaveLength(1);
    expect(drained[0]).toBeGreaterThanOrEqual(4 * frameNs(EVEN));
    expect(port.nextNs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('purge forgets what has not reached the wire', () => {
    const { line } = attach();
    line.send(new Uint8Array(1_000), EVEN);
    port.advance(outside.now());
    line.purge();
    runFor(120_000_000);
    // What was handed to the board ahead of its time, 26 ms, is on the wire.
    expect(board.arrived.length).toBeLessThan(Math.ceil(26_000_000 / ((11 / 115_200) * 1e9)) + 1);
  });
});

describe('break', () => {
  test('comes after the bytes before it, and holds back those after it', () => {
    const { line } = attach();
    line.send(Uint8Array.of(1), EVEN);
    line.setBreak(true);
    line.send(Uint8Array.of(2), EVEN);
    runFor(3_000_000);
    expect(board.happened).toEqual(['USART2 low']);
    expect(board.arrived).toHaveLength(1);
    line.setBreak(false);
    runFor(3_000_000);
    expect(board.happened).toEqual(['USART2 low']);
    expect(board.arrived).toHaveLength(1);
  });
});

describe('what the outside does to the wire', () => {
  test('a pin header floats until a client opens it; the VCP never does', () => {
    const header = createUartPort(board.uarts[1]!, outside);
    expect([port.state, header.state]).toEqual(['idle', 'floating']);
    const line = header.attach({ format: () => EVEN, receive: () => {} });
    expect(header.state).toBe('idle');
    line.detach();
    expect(header.state).toBe('floating');
    expect(board.happened).toEqual(['USART1 floating', 'USART1 idle', 'USART1 floating']);
  });

  test('a wire that is held loses the bytes of its client in the time they take', () => {
    const { line, drained } = attach();
    port.override('low');
    line.send(Uint8Array.of(1, 2, 3), EVEN);
    runFor(10_000_000);
    expect(board.arrived).toEqual([]);
    expect(drained[0]).toBeGreaterThanOrEqual(3 * frameNs(EVEN));
    port.override('auto');
    line.send(Uint8Array.of(4), EVEN);
    runFor(1_000_000);
    expect(board.arrived).toHaveLength(1);
  });
});

test('every client hears the target, each in its own format', () => {
  const even = attach();
  const odd: Received[] = [];
  port.attach({ format: () => parseFormat('115200 8O1')!, receive: (received) => odd.push(received) });
  board.transmit(toFrame(0x79, EVEN, 0));
  runFor(1_000_000);
  expect(even.seen).toEqual([{ kind: 'byte', value: 0x79 }]);
  expect(odd).toEqual([{ kind: 'parity', value: 0x79 }]);
});
