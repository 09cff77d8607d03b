import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOfText, readableShare, textOfBytes } from './line-text.ts';

describe('a text on the command line', () => {
  test.each([
    ['jump', [0x6a, 0x75, 0x6d, 0x70]],
    ['b\\r\\n', [0x62, 13, 10]],
    ['\\x7f\\x00', [0x7f, 0]],
    ['\\t\\0\\\\', [9, 0, 0x5c]],
    ['é', [0xc3, 0xa9]],
  ])('%s becomes its bytes', (text, bytes) => {
    expect([...bytesOfText(text, '--trigger')]).toEqual(bytes);
  });

  test.each(['\\q', '\\x7', 'tail\\', ''])('%j is refused with the escapes that there are', (text) => {
    expect(() => bytesOfText(text, '--trigger')).toThrow(/--trigger.*HIL-670/);
  });

  test('shown and typed again, any bytes are the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        expect(bytesOfText(textOfBytes(bytes), '--trigger')).toEqual(bytes);
      }),
    );
  });
});

test('a long text is cut and its length told', () => {
  expect(textOfBytes(new Uint8Array(100).fill(0x61), 4)).toBe('aaaa… (100 bytes)');
});

test.each([
  ['alive 100\r\n', 1],
  ['\x00\x00\x00\x00', 0],
  ['ab\x80\xff', 0.5],
])('%j is readable by a share of %d', (text, share) => {
  expect(readableShare(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBe(share);
});
