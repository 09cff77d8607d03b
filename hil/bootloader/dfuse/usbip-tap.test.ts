import { expect, test } from '@jest/globals';
import { readConversation, type Transfer } from './usbip-tap.ts';

/** A capture of a Linux 6.1 client and a user-space server: the two import messages, then one transfer of each kind. */
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/[ \n]/g, ''), 'hex');
const importAsked = hex(`01118003 00000000 ${'312d31'.padEnd(64, '0')}`);
const importAnswered = Buffer.concat([hex('01110003 00000000'), Buffer.alloc(312)]);
const asked = [
  '00000001 00000001 00010002 00000001 00000000 00000200 00000040 00000000 00000000 00000000 80060001 00004000',
  '00000001 0000000c 00010002 00000000 00000000 00000000 00000005 00000000 00000000 00000000 21010000 00000500 2100000008',
  '00000001 0000000d 00010002 00000001 00000000 00000200 00000004 00000000 00000000 00000000 a1770000 00000400',
  // Taken back.
  '00000001 0000000e 00010002 00000001 00000000 00000200 00000001 00000000 00000000 00000000 c0018403 00000100',
  '00000002 0000000f 00010002 00000000 00000000 0000000e 00000000 00000000 00000000 00000000 00000000 00000000',
];
const answered = [
  '00000003 00000001 00000000 00000000 00000000 00000000 00000012 00000000 00000000 00000000 00000000 00000000 12010001 00000040 830411df 00220102 0301',
  '00000003 0000000c 00000000 00000000 00000000 00000000 00000005 00000000 00000000 00000000 00000000 00000000',
  '00000003 0000000d 00000000 00000000 00000000 ffffffe0 00000000 00000000 00000000 00000000 00000000 00000000',
  '00000004 0000000f 00000000 00000000 00000000 ffffff98 00000000 00000000 00000000 00000000 00000000 00000000',
];
const transfers: readonly Transfer[] = [
  { setup: '8006000100004000', data: '12010001000000408304' + '11df002201020301', status: 0 },
  { setup: '2101000000000500', data: '2100000008', status: 0 },
  { setup: 'a177000000000400', data: '', status: -32 },
];

test.each([1, 7, 48, 5000])('reads a conversation that comes in pieces of %d bytes', (piece) => {
  const seen: Transfer[] = [];
  const reader = readConversation((transfer) => seen.push(transfer));
  const feed = (bytes: Buffer, to: (chunk: Uint8Array) => void): void => {
    for (let i = 0; i < bytes.length; i += piece) to(bytes.subarray(i, i + piece));
  };
  feed(Buffer.concat([importAsked, ...asked.map(hex)]), reader.fromClient);
  feed(Buffer.concat([importAnswered, ...answered.map(hex)]), reader.fromServer);
  expect(seen).toEqual(transfers);
});

test('a list of devices is no transfer, whatever it holds', () => {
  const seen: Transfer[] = [];
  const reader = readConversation((transfer) => seen.push(transfer));
  reader.fromClient(hex('01118005 00000000'));
  reader.fromServer(Buffer.concat([hex('01110005 00000000 00000001'), Buffer.alloc(316, 3)]));
  expect(seen).toEqual([]);
});
