import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Level, LineFrame } from '../board-types.ts';
import { createLineSampler, type Received } from './line-sampler.ts';
import { frameNs, parseFormat, toFrame, type UartFormat } from './uart-format.ts';

const format = (text: string): UartFormat => parseFormat(text)!;
const LONG_AFTER = 1e12;

function receive(host: string, frames: readonly LineFrame[]): Received[] {
  const seen: Received[] = [];
  const sampler = createLineSampler(
    () => format(host),
    (received) => seen.push(received),
  );
  for (const frame of frames) sampler.take(frame);
  sampler.poll(LONG_AFTER);
  return seen;
}

function send(target: string, bytes: readonly number[], gapNs = 0): LineFrame[] {
  const shape = format(target);
  return bytes.map((byte, i) => toFrame(byte, shape, 1_000 + i * (frameNs(shape) + gapNs)));
}

describe('a receiver at the right format', () => {
  test.each(['115200 8N1', '115200 8E1', '9600 7O2', '57600 5M1', '1000000 8S1'])('%s gets every byte', (text) => {
    const mask = (1 << format(text).dataBits) - 1;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: mask }), { maxLength: 40 }), fc.nat(100_000), (bytes, gapNs) => {
        expect(receive(text, send(text, bytes, gapNs))).toEqual(bytes.map((value) => ({ kind: 'byte', value })));
      }),
    );
  });

  test('bears two per cent of difference in speed', () => {
    const bytes = [0x00, 0x55, 0xff, 0x80, 0x01];
    const expected = bytes.map((value) => ({ kind: 'byte', value }));
    expect(receive('115200 8E1', send('117500 8E1', bytes))).toEqual(expected);
    expect(receive('115200 8E1', send('112900 8E1', bytes))).toEqual(expected);
  });

  test('a byte is there as soon as its frame has ended', () => {
    const seen: Received[] = [];
    const sampler = createLineSampler(
      () => format('115200 8N1'),
      (received) => seen.push(received),
    );
    sampler.take(send('115200 8N1', [0x79])[0]!);
    expect(seen).toEqual([{ kind: 'byte', value: 0x79 }]);
    expect(sampler.nextNs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a receiver at another format shows what a cable would', () => {
  test('odd parity where even is sent is a parity error for each byte', () => {
    expect(receive('115200 8E1', send('115200 8O1', [0x12, 0x34]))).toEqual([
      { kind: 'parity', value: 0x12 },
      { kind: 'parity', value: 0x34 },
    ]);
  });

  test('8E1 read as 8N1: the parity bit stands where the stop bit is expected', () => {
    expect(receive('115200 8N1', send('115200 8E1', [0x79], 1e6))).toEqual([{ kind: 'byte', value: 0x79 }]);
    expect(receive('115200 8N1', send('115200 8E1', [0x1e], 1e6))).toEqual([{ kind: 'framing', value: 0x1e }]);
  });

  test('a receiver too slow makes another byte of it', () => {
    // 9 bits low of the sender are 3.9 of the receiver: start and three data bits.
    expect(receive('50000 8N1', send('115200 8N1', [0x00], 1e6))).toEqual([{ kind: 'byte', value: 0xf8 }]);
  });

  test('a receiver twice too fast makes two of one', () => {
    expect(receive('115200 8N1', send('57600 8N1', [0x55], 1e6))).toEqual([
      { kind: 'framing', value: 0x66 },
      { kind: 'byte', value: 0xe6 },
    ]);
  });

  test('a line low for more than a frame is one break', () => {
    const low: Level[] = new Array<Level>(20).fill(0);
    expect(receive('115200 8N1', [{ startNs: 0, bitNs: 8_681, levels: low }])).toEqual([{ kind: 'break' }]);
  });

  test('a spike shorter than half a bit is no start bit', () => {
    expect(receive('115200 8N1', [{ startNs: 0, bitNs: 1_000, levels: [0, 1] }])).toEqual([]);
  });

  test('a slower receiver waits for the frame that may follow before it decides', () => {
    const seen: Received[] = [];
    const sampler = createLineSampler(
      () => format('100000 8N1'),
      (received) => seen.push(received),
    );
    const frames = send('115200 8N1', [0xff, 0x00]);
    sampler.take(frames[0]!);
    expect(seen).toEqual([]);
    expect(sampler.nextNs()).toBeLessThan(LONG_AFTER);
    sampler.take(frames[1]!);
    sampler.poll(LONG_AFTER);
    // Its stop bit is due 10.9 of the sender's bits after the start: in the start bit of the second frame.
    expect(seen[0]).toEqual({ kind: 'framing', value: 0xff });
  });
});
