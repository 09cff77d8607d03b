import { describe, expect, test } from '@jest/globals';
import { formatText, frameNs, parityBit, parseFormat, toFrame, type UartFormat } from './uart-format.ts';

const format = (text: string): UartFormat => {
  const parsed = parseFormat(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('frames', () => {
  test.each([
    // The bootloader's first byte: in 8E1 its parity bit is 1, so it looks like 8N1 on an idle line.
    ['115200 8E1', 0x7f, '01111111011'],
    ['115200 8N1', 0x7f, '0111111101'],
    ['9600 8N1', 0x55, '0101010101'],
    ['9600 8O1', 0x00, '00000000011'],
    ['9600 8M1', 0x00, '00000000011'],
    ['9600 8S1', 0x01, '01000000001'],
    ['9600 7E2', 0xff, '01111111111'],
    ['9600 5N1.5', 0x1f, '0111111'],
  ])('%s of 0x%s is start, data LSB first, parity, stop', (text, value, levels) => {
    expect(toFrame(value, format(text), 0).levels.join('')).toBe(levels);
  });

  test('a bit lasts as long as the baud says, and frames follow each other back to back', () => {
    expect(toFrame(0, format('100000 8N1'), 5).bitNs).toBe(10_000);
    expect(frameNs(format('100000 8N1'))).toBe(100_000);
    expect(frameNs(format('100000 8E1'))).toBe(110_000);
    expect(frameNs(format('100000 5N1.5'))).toBe(75_000);
  });

  test.each([
    [0b0000_0000, 0, 1],
    [0b0000_0001, 1, 0],
    [0b0111_1111, 1, 0],
    [0b1111_1111, 0, 1],
  ] as const)('parity of %i: even %i, odd %i', (value, even, odd) => {
    expect([parityBit(value, 'even'), parityBit(value, 'odd')]).toEqual([even, odd]);
  });
});

describe('the text of a format', () => {
  test.each(['115200 8E1', '50 5N1.5', '10000000 7M2'])('%s survives being read and written', (text) => {
    expect(formatText(format(text))).toBe(text);
  });

  test.each(['115200', '115200 9N1', '115200 8X1', '115200 8N3', ' 115200 8N1'])('%s is none', (text) => {
    expect(parseFormat(text)).toBeUndefined();
  });
});
