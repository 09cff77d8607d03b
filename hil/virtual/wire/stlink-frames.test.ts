import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answer, createStlinkParser, type StlinkRequest, status } from './stlink-frames.ts';

function usbRead(command: readonly number[], size: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes[0] = 5;
  bytes.writeUInt32LE(7, 4);
  bytes.set(command, 8);
  bytes[24] = 1;
  bytes.writeUInt32LE(size, 28);
  return bytes;
}

function usbWrite(command: readonly number[], data: readonly number[]): Buffer {
  const bytes = usbRead(command, data.length);
  bytes[24] = 0;
  return Buffer.concat([bytes, Uint8Array.from(data)]);
}

// OpenOCD's opening, then a 4-byte memory write and its status.
const session: [string, Buffer, StlinkRequest['kind']][] = [
  ['GET_SERVER_VERSION', Buffer.from([6, 1, 0, 0]), 'serverVersion'],
  ['REFRESH_DEVICE_LIST', Buffer.from([0, 0]), 'refresh'],
  ['GET_NB_DEV', Buffer.from([1]), 'count'],
  ['GET_DEV_INFO', Buffer.from([2, 0, 0, 0, 41, 0, 0, 0]), 'deviceInfo'],
  ['OPEN_DEV', Buffer.from([3, 0, 0, 0, 1, 0, 0, 0]), 'open'],
  ['SEND_USB_CMD with data', usbWrite([0xf2, 0x08, 0, 0, 0, 0x20, 4, 0], [1, 2, 3, 4]), 'usb'],
  ['SEND_USB_CMD with an answer', usbRead([0xf2, 0x3e], 12), 'usb'],
  ['CLOSE_DEV', Buffer.from([4, 0, 0, 0, 7, 0, 0, 0]), 'close'],
];

describe('requests of the stlink-server protocol', () => {
  test.each(session)('%s is framed by its first byte', (_name, bytes, kind) => {
    expect(createStlinkParser().push(bytes)).toEqual([expect.objectContaining({ kind })]);
  });

  test('a USB command carries connection, command, direction, size and data', () => {
    const [request] = createStlinkParser().push(usbWrite([0xf2, 0x08], [9, 8, 7]));
    expect(request).toMatchObject({ connectId: 7, direction: 'write', size: 3, data: Uint8Array.of(9, 8, 7) });
  });

  test('requests are the same however TCP cuts the stream', () => {
    const stream = Buffer.concat(session.map(([, bytes]) => bytes));
    const kinds = session.map(([, , kind]) => kind);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 12 }), (cuts) => {
        const parser = createStlinkParser();
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const seen = places.slice(1).flatMap((end, i) => parser.push(stream.subarray(places[i], end)));
        expect(seen.map((request) => request.kind)).toEqual(kinds);
      }),
    );
  });

  test.each([
    ['a first byte that begins nothing', Buffer.from([0x47, 0x45])],
    ['a direction that does not exist', Buffer.from(usbRead([0xf2], 4).fill(2, 24, 25))],
    ['more data than the protocol has', usbRead([0xf2], 10_241)],
  ])('%s ends the stream', (_name, bytes) => {
    expect(() => createStlinkParser().push(bytes)).toThrow(RangeError);
  });

  test('an answer has its status word and exactly the bytes asked for', () => {
    expect([...answer(status.ok, Uint8Array.of(0x80), 2)]).toEqual([1, 0, 0, 0, 0x80, 0]);
    expect([...answer(status.ok, Uint8Array.of(1, 2, 3), 1)]).toEqual([1, 0, 0, 0, 1]);
    expect([...answer(status.notAvailable, new Uint8Array(0), 0)]).toEqual([0x53, 0x10, 0, 0]);
  });
});
