import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBootRecord, parseFields } from './boot-line.ts';

const BANNER =
  '@boot n=3 diverted=0 fresh=0 faults=0 tick=on hclk=16000000 csr=0x14000000 vtor=0x08000000 msp=0x20007c00 ipsr=0x00000000 nvic_ispr=0x00000000';

describe('a banner', () => {
  test('gives numbers as numbers and words as text', () => {
    expect(parseBootRecord(BANNER)).toMatchObject({
      n: 3,
      tick: 'on',
      hclk: 16_000_000,
      csr: 0x1400_0000,
      vtor: 0x0800_0000,
    });
  });

  test('is told from the answers to commands', () => {
    expect(parseBootRecord('pong')).toBeUndefined();
    expect(parseBootRecord('state vtor=0x00000000 nvic_ispr=0x00000000')).toBeUndefined();
  });

  test('whose beginning or end was lost counts for nothing', () => {
    expect(parseBootRecord(BANNER.slice(3))).toBeUndefined();
    expect(parseBootRecord(BANNER.slice(0, -24))).toBeUndefined();
  });
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseFields(text);
      parseBootRecord(text);
    }),
  );
});
