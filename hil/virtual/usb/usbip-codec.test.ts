import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createUsbIpParser,
  devidOf,
  devlistReply,
  importRefusal,
  importReply,
  MAX_TRANSFER_BYTES,
  submitReply,
  type UsbIpDevice,
  type UsbIpRequest,
  unlinkReply,
} from './usbip-codec.ts';
import { DEVLIST, importOf, submitOf, unlinkOf } from './usbip-test-client.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const hexOf = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** All messages of a stream in pieces; the first import changes the phase, as a server's grant does. */
function parse(...pieces: readonly Uint8Array[]): UsbIpRequest[] {
  const parser = createUsbIpParser();
  const requests: UsbIpRequest[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    for (let request = parser.next(); request !== undefined; request = parser.next()) {
      requests.push(request);
      if (request.kind === 'import') parser.imported();
    }
  }
  return requests;
}
const parseUrb = (...pieces: readonly Uint8Array[]): UsbIpRequest[] => parse(importOf('1-1'), ...pieces).slice(1);

const device: UsbIpDevice = {
  path: '/sys/devices/virtual/b/usb1/1-1',
  busid: '1-1',
  busnum: 1,
  devnum: 2,
  speed: 2,
  vendorId: 0x0483,
  productId: 0xdf11,
  bcdDevice: 0x2200,
  deviceClass: 0,
  deviceSubClass: 0,
  deviceProtocol: 0,
  configurationValue: 1,
  configurations: 1,
  interfaces: [{ interfaceClass: 0xfe, subClass: 1, protocol: 2 }],
};

describe('what a Linux 6.1 kernel and its tools send', () => {
  test('the two operations', () => {
    expect(parse(bytes('01118005 00000000'))).toEqual([{ kind: 'devlist' }]);
    expect(parse(bytes('01118003 00000000'), bytes(`312d31 ${'00'.repeat(29)}`))).toEqual([
      { kind: 'import', busid: '1-1' },
    ]);
  });

  test('the first GET_DESCRIPTOR', () => {
    const captured = bytes(
      '00000001 00000001 00010002 00000001 00000000 00000200 00000040 00000000 00000000 00000000 80060001 00004000',
    );
    expect(parseUrb(captured)).toEqual(
      [
        {
          kind: 'submit',
          seqnum: 1,
          devid: 0x0001_0002,
          endpoint: 0,
          direction: 'in',
          length: 64,
          interval: 0,
          setup: bytes('8006000100004000').subarray(),
          data: new Uint8Array(0),
        },
      ].map((each) => ({ ...each, setup: Uint8Array.from(each.setup) })),
    );
  });

  test('a DFU_DNLOAD of five bytes', () => {
    const captured = bytes(
      '00000001 0000000c 00010002 00000000 00000000 00000000 00000005 00000000 00000000 00000000 21010000 00000500 21000000 08',
    );
    expect(parseUrb(captured)).toMatchObject([
      { kind: 'submit', seqnum: 12, direction: 'out', length: 5, data: Uint8Array.of(0x21, 0, 0, 0, 8) },
    ]);
  });

  test('an unlink', () => {
    const captured = bytes(`00000002 0000000f 00000000 00000000 00000000 0000000e ${'00'.repeat(24)}`);
    expect(parseUrb(captured)).toEqual([{ kind: 'unlink', seqnum: 15, target: 14 }]);
  });
});

describe('what it got back', () => {
  test('an answer with data', () => {
    const descriptor = bytes('12010001 00000040 830411df 00220102 0301');
    expect(hexOf(submitReply(1, { status: 0, actual: 18, data: descriptor }))).toBe(
      hexOf(
        bytes(
          '00000003 00000001 00000000 00000000 00000000 00000000 00000012 00000000 00000000 00000000 00000000 00000000 12010001 00000040 830411df 00220102 0301',
        ),
      ),
    );
  });

  test('the length of a write, a STALL, and a URB taken back', () => {
    const none = new Uint8Array(0);
    expect(hexOf(submitReply(12, { status: 0, actual: 5, data: none }))).toBe(
      `000000030000000c${'00'.repeat(16)}00000005${'00'.repeat(20)}`,
    );
    expect(hexOf(submitReply(13, { status: -32, actual: 0, data: none }))).toBe(
      `000000030000000d${'00'.repeat(12)}ffffffe0${'00'.repeat(24)}`,
    );
    expect(hexOf(unlinkReply(15, -104))).toBe(`000000040000000f${'00'.repeat(12)}ffffff98${'00'.repeat(24)}`);
  });

  test('a device list of 328 bytes that ends with its one interface', () => {
    const reply = Buffer.from(devlistReply([device]));
    expect(reply).toHaveLength(328);
    expect(hexOf(reply.subarray(0, 12))).toBe('011100050000000000000001');
    expect(hexOf(reply.subarray(324))).toBe('fe010200');
  });

  test('the device block, field by field', () => {
    const reply = Buffer.from(importReply(device));
    expect(reply).toHaveLength(320);
    expect(hexOf(reply.subarray(0, 8))).toBe('0111000300000000');
    const block = reply.subarray(8);
    expect(block.toString('latin1', 0, 256).replaceAll('\0', '')).toBe(device.path);
    expect(block.toString('latin1', 256, 288).replaceAll('\0', '')).toBe('1-1');
    expect(hexOf(block.subarray(288))).toBe('0000000100000002000000020483df112200000000010101');
    expect(devidOf(device)).toBe(0x0001_0002);
  });

  test('an import that is refused is the header alone', () => {
    expect(hexOf(importRefusal(2))).toBe('0111000300000002');
  });
});

describe('a stream', () => {
  test('comes out the same however it is cut', () => {
    const submit = fc.record({
      seqnum: fc.nat(0xffff_ffff),
      endpoint: fc.constantFrom(0, 1, 15),
      out: fc.boolean(),
      data: fc.uint8Array({ maxLength: 200 }),
      interval: fc.nat(255),
      packets: fc.constantFrom(0, 0xffff_ffff),
    });
    const message = fc.oneof(
      submit.map(({ seqnum, endpoint, out, data, interval, packets }) => ({
        sent: submitOf({
          seqnum,
          direction: out ? 0 : 1,
          endpoint,
          length: data.length,
          interval,
          packets,
          setup: out ? '2101000000000000' : 'a103000000000000',
          ...(out ? { data } : {}),
        }),
        meant: {
          kind: 'submit',
          seqnum,
          endpoint,
          direction: out ? 'out' : 'in',
          length: data.length,
          interval,
          data: out ? Uint8Array.from(data) : new Uint8Array(0),
        },
      })),
      fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)).map(([seqnum, target]) => ({
        sent: unlinkOf(seqnum, target),
        meant: { kind: 'unlink', seqnum, target },
      })),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
        const stream = Buffer.concat([importOf('1-1'), ...messages.map((each) => each.sent)]);
        const at = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
        const pieces = at.slice(1).map((end, i) => stream.subarray(at[i], end));
        const got = parse(...pieces);
        expect(got).toHaveLength(messages.length + 1);
        expect(got.slice(1)).toMatchObject(messages.map((each) => each.meant));
      }),
    );
  });

  test('of noise is read on without an exception, or refused', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (urbs, noise) => {
        const got = urbs ? parseUrb(noise) : parse(noise);
        for (const request of got) expect(request.kind).toMatch(/devlist|import|submit|unlink|broken/);
      }),
    );
  });

  const header = submitOf({ seqnum: 1, direction: 1, length: 8, setup: 'a103000000000800' });
  const changed = (at: number, value: number): Buffer => {
    const other = Buffer.from(header);
    other.writeUInt32BE(value, at);
    return other;
  };

  test.each<[string, readonly Uint8Array[], RegExp]>([
    ['another version', [bytes('0106800500000000')], /version 0x0106, not 0x0111/],
    ['another protocol', [Buffer.from('GE')], /version 0x4745/],
    ['an operation that nobody knows', [bytes('0111800700000000')], /unknown operation 0x8007/],
    ['a URB without an import', [header], /version 0x0000/],
    ['a command that nobody knows', [importOf('1-1'), changed(0, 7)], /unknown command 0x00000007/],
    ['a direction that does not exist', [importOf('1-1'), changed(12, 2)], /direction 2/],
    ['an endpoint that does not exist', [importOf('1-1'), changed(16, 16)], /endpoint 16/],
    ['a length beyond reason', [importOf('1-1'), changed(24, MAX_TRANSFER_BYTES + 1)], /exceeds/],
    ['isochronous packets', [importOf('1-1'), changed(32, 4)], /isochronous/],
    ['data against the SETUP packet', [importOf('1-1'), changed(12, 0)], /differ/],
  ])('with %s is broken', (_name, pieces, why) => {
    const got = parse(...pieces, DEVLIST);
    expect(got.at(-1)).toMatchObject({ kind: 'broken', why: expect.stringMatching(why) });
    expect(got.filter((each) => each.kind === 'devlist')).toEqual([]);
  });
});
