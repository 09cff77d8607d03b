import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  devidOf,
  devlistRequest,
  importRequest,
  parseOpReply,
  parseReply,
  setupBytes,
  submitMessage,
  unlinkMessage,
} from './usbip-coder.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const words = (...all: readonly string[]): string => all.join('');
const deviceSetup = { type: 'standard', recipient: 'device', request: 6, value: 0x0100, index: 0 } as const;

/** As a kernel (6.1, vhci) sends and takes them. */
describe('messages as a kernel sends them', () => {
  test('list and import', () => {
    expect(hexOf(devlistRequest())).toBe('0111800500000000');
    expect(hexOf(importRequest('1-1'))).toBe(`0111800300000000312d31${'00'.repeat(29)}`);
  });

  test('GET_DESCRIPTOR of 64 bytes', () => {
    const message = submitMessage({
      seqnum: 1,
      devid: devidOf({ busnum: 1, devnum: 2 }),
      direction: 'in',
      length: 64,
      setup: deviceSetup,
      data: new Uint8Array(0),
    });
    expect(hexOf(message)).toBe(
      words(
        '00000001',
        '00000001',
        '00010002',
        '00000001',
        '00000000',
        '00000200',
        '00000040',
        '00'.repeat(12),
        '8006000100004000',
      ),
    );
  });

  test('DNLOAD of 5 bytes', () => {
    const message = submitMessage({
      seqnum: 12,
      devid: 0x0001_0002,
      direction: 'out',
      length: 0,
      setup: { type: 'class', recipient: 'interface', request: 1, value: 0, index: 0 },
      data: Uint8Array.of(0x21, 0, 0, 0, 8),
    });
    expect(hexOf(message)).toBe(
      words(
        '00000001',
        '0000000c',
        '00010002',
        '00000000',
        '00000000',
        '00000000',
        '00000005',
        '00'.repeat(12),
        '2101000000000500',
        '2100000008',
      ),
    );
  });

  test('taking back', () => {
    expect(hexOf(unlinkMessage(15, 0x0001_0002, 14))).toBe(
      words('00000002', '0000000f', '00010002', '00000000', '00000000', '0000000e', '00'.repeat(24)),
    );
  });

  test('replies: STALL, and taken back', () => {
    const head = (command: string, seqnum: string, status: string): Uint8Array =>
      Buffer.from(words(command, seqnum, '00'.repeat(12), status, '00'.repeat(24)), 'hex');
    expect(parseReply(head('00000003', '0000000d', 'ffffffe0'))).toEqual({
      kind: 'submit',
      seqnum: 13,
      status: -32,
      actualLength: 0,
    });
    expect(parseReply(head('00000004', '0000000f', 'ffffff98'))).toEqual({ kind: 'unlink', seqnum: 15, status: -104 });
  });
});

test('a setup packet is little endian and carries direction, type and recipient', () => {
  const types = fc.constantFrom('standard', 'class', 'vendor');
  const recipients = fc.constantFrom('device', 'interface', 'endpoint', 'other');
  const word = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(
      types,
      recipients,
      fc.integer({ min: 0, max: 255 }),
      word,
      word,
      word,
      (type, recipient, request, value, index, length) => {
        const bytes = Buffer.from(setupBytes({ type, recipient, request, value, index }, 'in', length));
        expect((bytes[0] as number) >> 7).toBe(1);
        expect(['standard', 'class', 'vendor'][((bytes[0] as number) >> 5) & 3]).toBe(type);
        expect(['device', 'interface', 'endpoint', 'other'][(bytes[0] as number) & 31]).toBe(recipient);
        expect([bytes[1], bytes.readUInt16LE(2), bytes.readUInt16LE(4), bytes.readUInt16LE(6)]).toEqual([
          request,
          value,
          index,
          length,
        ]);
      },
    ),
  );
});

test('whatever a server sends as the head of a message is read or refused as HIL-259', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 48, maxLength: 48 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      (head, operation) => {
        for (const read of [() => parseReply(head), () => parseOpReply(operation, 'import')]) {
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ code: 259 });
          }
        }
      },
    ),
  );
});
