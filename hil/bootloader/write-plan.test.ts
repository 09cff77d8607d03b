import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chipNamed } from '../chip/lookup.ts';
import { intoBlocks, planWrite } from './write-plan.ts';

/** As AN3155 has it. */
const MOST = 256;

const chip = chipNamed('STM32G070RB');
const segment = (address: number, ...bytes: readonly number[]) => ({ address, bytes: Uint8Array.from(bytes) });

test('a byte in the middle is filled up to its double word with erased bytes', () => {
  const plan = planWrite(chip, [segment(0x0800_0803, 0x42)], MOST);
  expect(plan.pages).toEqual([1]);
  expect(plan.expected).toEqual([segment(0x0800_0800, 0xff, 0xff, 0xff, 0x42, 0xff, 0xff, 0xff, 0xff)]);
  expect(plan.blocks).toEqual(plan.expected);
});

test('a segment across the border of two pages touches both', () => {
  expect(planWrite(chip, [segment(0x0800_07fe, 1, 2, 3)], MOST).pages).toEqual([0, 1]);
  expect(planWrite(chip, [{ address: 0x0800_0400, bytes: new Uint8Array(4096) }], MOST).pages).toEqual([0, 1, 2]);
});

test('two segments in one double word are written together', () => {
  const plan = planWrite(chip, [segment(0x0800_0006, 6, 7), segment(0x0800_0000, 0)], MOST);
  expect(plan.blocks).toEqual([segment(0x0800_0000, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 6, 7)]);
});

test('a segment without bytes is no page', () => {
  const plan = planWrite(chip, [segment(0x0800_1000), segment(0x0800_0000, 1)], MOST);
  expect(plan.pages).toEqual([0]);
});

test.each([
  [[], 625],
  [[segment(0x0800_0000)], 625],
  [[segment(0x0801_fffc, 1, 2, 3, 4, 5)], 627],
  [[segment(0x2000_0000, 1)], 627],
  [[segment(0x0800_0000, 1, 2, 3), segment(0x0800_0002, 3)], 626],
])('%j is refused', (segments, code) => {
  expect(() => planWrite(chip, segments, MOST)).toThrow(expect.objectContaining({ code }));
});

test('whatever the segments: every byte is in a block or erased, no block crosses 256 bytes, and each page is erased once', () => {
  const anySegments = fc
    .array(fc.tuple(fc.nat({ max: 600 }), fc.uint8Array({ minLength: 1, maxLength: 900 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => {
      let at = 0x0800_0000;
      return parts.map(([gap, bytes]) => {
        const address = at + gap;
        at = address + bytes.length;
        return { address, bytes };
      });
    });
  fc.assert(
    fc.property(anySegments, (segments) => {
      const plan = planWrite(chip, segments, MOST);
      const flash = new Map<number, number>();
      for (const { address, bytes } of plan.blocks) {
        expect(address % 8).toBe(0);
        expect(bytes.length % 8).toBe(0);
        expect(Math.floor(address / 256)).toBe(Math.floor((address + bytes.length - 1) / 256));
        for (const [i, byte] of bytes.entries()) flash.set(address + i, byte);
      }
      for (const { address, bytes } of segments) {
        for (const [i, byte] of bytes.entries()) expect(flash.get(address + i) ?? 0xff).toBe(byte);
      }
      const touched = new Set([...flash.keys()].map((address) => Math.floor((address - 0x0800_0000) / 2048)));
      for (const page of touched) expect(plan.pages).toContain(page);
      expect(new Set(plan.pages).size).toBe(plan.pages.length);
    }),
  );
});

test('blocks are cut at multiples of 256', () => {
  const blocks = intoBlocks({ address: 0x2000_30f8, bytes: new Uint8Array(300) }, MOST);
  expect(blocks.map(({ address, bytes }) => [address, bytes.length])).toEqual([
    [0x2000_30f8, 8],
    [0x2000_3100, 256],
    [0x2000_3200, 36],
  ]);
});
