import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineCodingBytes, parseLineCoding } from './cdc-line-coding.ts';

const of = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

// As Linux's cdc_acm sends them for stty: dwDTERate little endian, stop, parity, data bits.
test.each([
  ['00c20100000008', { baud: 115_200, stopBits: 1, parity: 'none', dataBits: 8 }],
  ['00e10000000208', { baud: 57_600, stopBits: 1, parity: 'even', dataBits: 8 }],
  ['80250000020107', { baud: 9_600, stopBits: 2, parity: 'odd', dataBits: 7 }],
  ['b0040000010305', { baud: 1_200, stopBits: 1.5, parity: 'mark', dataBits: 5 }],
  ['40420f00000408', { baud: 1_000_000, stopBits: 1, parity: 'space', dataBits: 8 }],
] as const)('line coding %s', (hex, format) => {
  expect(parseLineCoding(of(hex))).toEqual(format);
  expect(Buffer.from(lineCodingBytes(format)).toString('hex')).toBe(hex);
});

test.each([
  ['0 baud', '00000000000008'],
  ['a fourth kind of stop bits', '00c20100030008'],
  ['a sixth parity', '00c20100000508'],
  ['16 data bits', '00c20100000010'],
  ['4 data bits', '00c20100000004'],
  ['six bytes', '00c201000000'],
  ['eight bytes', '00c2010000000800'],
])('%s is refused', (_what, hex) => {
  expect(parseLineCoding(of(hex))).toBeUndefined();
});

test('whatever is accepted is given back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (bytes) => {
      const format = parseLineCoding(bytes);
      if (format !== undefined) expect([...lineCodingBytes(format)]).toEqual([...bytes]);
    }),
  );
});
